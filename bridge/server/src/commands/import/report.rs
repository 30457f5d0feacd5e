//! The report of an import for a person to read.

use kring_core::{
    ids::MembershipNumber,
    import::{Remark, Report},
    text::Arg,
};

use crate::output::Output;

/// Says what the import concluded, the numbers first.
pub(super) fn tell(report: &Report, out: &Output) {
    let count = |n: usize| Arg::from(n);
    let rows = [("rows", count(report.rows)), ("accepted", count(report.accepted))];
    out.answer("import-rows", &[&rows[..], &[("rejected", count(report.rejected.len()))]].concat());
    let changes = [("added", count(report.added)), ("changed", count(report.changed))];
    out.answer("import-changes", &[&changes[..], &[("removed", count(report.removed))]].concat());
    out.answer("import-vereniging", &[("people", count(report.vereniging.len()))]);
    remarks("import-rejected", &report.rejected, out);
    shared(&report.duplicates, out);
    remarks("import-warnings", &report.warnings, out);
    if let Some(question) = &report.confirmation {
        out.line("");
        out.line(question.text.get(out.language()));
    }
}

fn remarks(title: &str, remarks: &[Remark], out: &Output) {
    if remarks.is_empty() {
        return;
    }
    out.line("");
    out.answer(title, &[]);
    for remark in remarks {
        let what = ("what", Arg::from(remark.text.get(out.language()).to_owned()));
        match remark.line {
            Some(line) => out.answer("import-at-line", &[("line", line.to_string().into()), what]),
            None => out.answer("import-at-file", &[what]),
        }
    }
}

/// Numbers of people who share one address: only numbers, so that the report can be passed on.
fn shared(duplicates: &[Vec<MembershipNumber>], out: &Output) {
    if duplicates.is_empty() {
        return;
    }
    out.line("");
    out.answer("import-shared", &[]);
    for numbers in duplicates {
        let numbers: Vec<_> = numbers.iter().map(MembershipNumber::as_str).collect();
        out.line(&format!("  {}", numbers.join(", ")));
    }
}
