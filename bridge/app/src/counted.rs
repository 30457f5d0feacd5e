//! What this process counts, for whoever collects numbers (`metrics`).

/// Says what each counter means and lets it begin at 0, so that the first increase is seen as one. To be called once the
/// recorder of the process is installed; without a recorder nothing is counted.
pub fn counters() {
    metrics::describe_counter!(
        "kring_transactions_lied_total",
        "Transaction ids of the homeserver that came back with other events than before."
    );
    metrics::counter!("kring_transactions_lied_total").absolute(0);
    metrics::describe_counter!(
        "kring_alarms_raised_total",
        "What only a person can put right, and was not so before: rooms that Kring lost, groups without admins."
    );
    metrics::counter!("kring_alarms_raised_total").absolute(0);
    metrics::describe_counter!("kring_alarms_over_total", "What was put right of that.");
    metrics::counter!("kring_alarms_over_total").absolute(0);
}
