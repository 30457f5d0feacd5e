use std::{
    collections::{BTreeMap, BTreeSet},
    sync::atomic::{AtomicU64, Ordering},
};

use async_trait::async_trait;
use axum::body::to_bytes;
use http::{Method, StatusCode};
use metrics_exporter_prometheus::PrometheusRecorder;
use tower::ServiceExt;

use super::*;
use crate::tests::{State as Known, all_good, part, request};

/// A store with so many events, or one that does not answer.
struct Store(Option<AtomicU64>);

#[async_trait]
impl ArrearsPort for Store {
    async fn arrears(&self) -> Option<Arrears> {
        let waiting = self.0.as_ref()?.load(Ordering::Relaxed);
        let oldest = (waiting > 0).then_some(Duration::from_millis(90_500));
        Some(Arrears {
            events: Waiting { waiting, oldest, given_up: 2 },
            effects: Waiting { waiting: 7, oldest: Some(Duration::from_secs(4)), given_up: 1 },
        })
    }
}

struct Bridge {
    recorder: PrometheusRecorder,
    store: Arc<Store>,
    router: Router,
}

fn bridge(readiness: Readiness, events: Option<u64>) -> Bridge {
    let recorder = PrometheusBuilder::new().build_recorder();
    let store = Arc::new(Store(events.map(AtomicU64::new)));
    let counted = Counted(recorder.handle());
    let router = metrics_router(MetricsState::new(counted, Arc::new(Known(readiness)), store.clone()));
    Bridge { recorder, store, router }
}

impl Bridge {
    async fn text(&self) -> String {
        let asked = request(Method::GET, "/metrics", None, "");
        let response = self.router.clone().oneshot(asked).await.unwrap();
        assert_eq!(response.status(), StatusCode::OK);
        assert_eq!(response.headers()[header::CONTENT_TYPE], "text/plain; version=0.0.4; charset=utf-8");
        assert_eq!(response.headers()[header::CACHE_CONTROL], "no-store");
        String::from_utf8(to_bytes(response.into_body(), usize::MAX).await.unwrap().to_vec()).unwrap()
    }

    /// Each number of the answer, which is in the format.
    async fn numbers(&self) -> BTreeMap<String, f64> {
        numbers(&self.text().await)
    }
}

fn is_name(name: &str) -> bool {
    let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
    name.starts_with("kring_") && name.chars().all(plain)
}

/// Reads the text format: each metric has one `# HELP` and one `# TYPE`, and after them its samples, each once.
fn numbers(text: &str) -> BTreeMap<String, f64> {
    assert!(text.ends_with('\n'), "the last line ends too");
    let (mut samples, mut helped, mut typed) = (BTreeMap::new(), None, BTreeSet::new());
    let mut current = (String::new(), String::new());
    for line in text.lines().filter(|line| !line.is_empty()) {
        let words: Vec<_> = line.splitn(4, ' ').collect();
        match words[..] {
            ["#", "HELP", name, help] => {
                assert!(is_name(name) && help.ends_with('.'), "{line}");
                helped = Some(name.to_owned());
            }
            ["#", "TYPE", name, kind] => {
                assert_eq!(helped.take().as_deref(), Some(name), "no help: {line}");
                assert!(["counter", "gauge"].contains(&kind), "{line}");
                assert_eq!(kind == "counter", name.ends_with("_total"), "{line}");
                assert!(typed.insert(name.to_owned()), "two groups of {name}");
                current = (name.to_owned(), kind.to_owned());
            }
            [series, value] => {
                let (name, labels) = series.split_once('{').unwrap_or((series, "}"));
                assert_eq!(name, current.0, "outside its group: {line}");
                assert!(labels.ends_with('}'), "{line}");
                assert!(samples.insert(series.to_owned(), value.parse().unwrap()).is_none(), "twice: {line}");
            }
            _ => panic!("neither a comment nor a sample: {line}"),
        }
    }
    samples
}

fn expected(numbers: &[(&str, f64)]) -> BTreeMap<String, f64> {
    numbers.iter().map(|(series, value)| ((*series).to_owned(), *value)).collect()
}

#[tokio::test]
async fn answer_holds_every_number_with_its_help_and_type() {
    let bridge = bridge(all_good(), Some(3));
    let wanted = expected(&[
        ("kring_effects_failed", 1.0),
        ("kring_effects_oldest_seconds", 4.0),
        ("kring_effects_waiting", 7.0),
        ("kring_events_dead", 2.0),
        ("kring_events_oldest_seconds", 90.5),
        ("kring_events_waiting", 3.0),
        ("kring_leads", 1.0),
        ("kring_ready{part=\"database\"}", 1.0),
        ("kring_ready{part=\"delivery\"}", 1.0),
        ("kring_ready{part=\"homeserver\"}", 1.0),
        ("kring_ready{part=\"token\"}", 1.0),
    ]);
    assert_eq!(bridge.numbers().await, wanted);
}

#[tokio::test]
async fn next_answer_is_of_its_own_moment() {
    let bridge = bridge(all_good(), Some(3));
    bridge.text().await;
    bridge.store.0.as_ref().unwrap().store(0, Ordering::Relaxed);
    let numbers = bridge.numbers().await;
    assert_eq!((numbers["kring_events_waiting"], numbers["kring_events_oldest_seconds"]), (0.0, 0.0));
}

#[tokio::test]
async fn what_is_wrong_is_0_and_what_cannot_be_known_is_not_there() {
    let bad = part(false, "unreachable");
    let bridge = bridge(Readiness { database: bad, role: Role::StandsBy, ..all_good() }, None);
    let wanted = expected(&[
        ("kring_leads", 0.0),
        ("kring_ready{part=\"database\"}", 0.0),
        ("kring_ready{part=\"delivery\"}", 1.0),
        ("kring_ready{part=\"homeserver\"}", 1.0),
        ("kring_ready{part=\"token\"}", 1.0),
    ]);
    assert_eq!(bridge.numbers().await, wanted);
}

#[tokio::test]
async fn what_the_process_counts_is_there_too_and_only_grows() {
    let bridge = bridge(all_good(), Some(0));
    for so_far in [1.0, 2.0] {
        metrics::with_local_recorder(&bridge.recorder, || {
            metrics::describe_counter!("kring_tests_total", "Something that is counted.");
            metrics::counter!("kring_tests_total").increment(1);
        });
        assert_eq!(bridge.numbers().await["kring_tests_total"], so_far);
    }
}

#[tokio::test]
async fn nothing_else_is_served_where_numbers_are() {
    let bridge = bridge(all_good(), Some(0));
    let cases = [
        (Method::GET, "/", 404),
        (Method::GET, "/ready", 404),
        (Method::PUT, "/_matrix/app/v1/transactions/17", 404),
        (Method::POST, "/metrics", 405),
    ];
    for (method, path, status) in cases {
        let asked = request(method.clone(), path, None, "");
        let response = bridge.router.clone().oneshot(asked).await.unwrap();
        assert_eq!(response.status().as_u16(), status, "{method} {path}");
    }
}
