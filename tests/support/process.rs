//! Started programs: an own process group each, killed on drop and with the test process, their output kept.

use std::{
    fs::File,
    net::TcpListener,
    os::unix::process::{CommandExt, ExitStatusExt},
    path::{Path, PathBuf},
    process::{Child, Command, ExitStatus, Stdio},
    sync::{
        OnceLock,
        mpsc::{Sender, channel},
    },
    thread,
    time::{Duration, Instant},
};

pub use rustix::process::Signal;
use rustix::process::{Pid, kill_process_group};

/// A program that runs until it is stopped or dropped.
#[derive(Debug)]
pub struct Process {
    name: String,
    child: Child,
    log: PathBuf,
}

impl Process {
    /// Starts `command` with its output appended to `log`.
    ///
    /// The program leads a process group of its own, so that no child of it stays behind, and gets SIGKILL when the
    /// test process ends without dropping it.
    ///
    /// # Panics
    /// When the program cannot be started.
    pub fn start(name: &str, command: &Command, log: &Path) -> Self {
        Self::start_with_stdin(name, command, log, Stdio::null(), None)
    }

    /// As [`Process::start`], with something to read and, where `stdout` is given, another place for what it writes.
    ///
    /// # Panics
    /// When the program cannot be started.
    pub fn start_with_stdin(
        name: &str,
        command: &Command,
        log: &Path,
        stdin: Stdio,
        stdout: Option<Stdio>,
    ) -> Self {
        let file = File::options().create(true).append(true).open(log).expect("the log can be written");
        let mut command = dies_with_us(command);
        command.process_group(0).stdin(stdin);
        command.stderr(file.try_clone().expect("a file can be shared"));
        command.stdout(stdout.unwrap_or_else(|| file.into()));
        let child = spawn(command).unwrap_or_else(|e| panic!("{name} cannot be started: {e}"));
        Self { name: name.to_owned(), child, log: log.to_owned() }
    }

    /// The process id.
    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// The child, for its pipes.
    pub fn child_mut(&mut self) -> &mut Child {
        &mut self.child
    }

    /// What it has written so far.
    pub fn log(&self) -> String {
        String::from_utf8_lossy(&std::fs::read(&self.log).unwrap_or_default()).into_owned()
    }

    /// Whether it has not ended yet.
    pub fn is_running(&mut self) -> bool {
        self.child.try_wait().is_ok_and(|status| status.is_none())
    }

    /// Ends it and its children at once, as a crash would (SIGKILL).
    pub fn kill9(&mut self) {
        self.signal(Signal::KILL);
        let _ = self.child.wait();
    }

    /// Asks it to end (`signal`) and waits; kills it when it has not ended within `patience`.
    pub fn stop(&mut self, signal: Signal, patience: Duration) -> ExitStatus {
        self.signal(signal);
        let start = Instant::now();
        while self.is_running() {
            if start.elapsed() > patience {
                self.kill9();
            }
            thread::sleep(Duration::from_millis(10));
        }
        self.child.wait().unwrap_or_else(|_| ExitStatus::from_raw(0))
    }

    /// Sends a signal to the whole group.
    pub fn signal(&mut self, signal: Signal) {
        if let Some(group) = i32::try_from(self.pid()).ok().and_then(Pid::from_raw)
            && self.is_running()
        {
            let _ = kill_process_group(group, signal);
        }
    }

    /// Waits until `ready` holds.
    ///
    /// # Panics
    /// With the end of the log, when the program ends first or `deadline` passes.
    pub async fn wait_until<F, Fut>(&mut self, deadline: Duration, mut ready: F)
    where
        F: FnMut() -> Fut,
        Fut: Future<Output = bool>,
    {
        let start = Instant::now();
        while !ready().await {
            let running = self.is_running();
            if !running || start.elapsed() > deadline {
                let how = if running { "is not ready in time" } else { "ended too early" };
                panic!("{} {how}; the end of its log:\n{}", self.name, self.log_tail(40));
            }
            tokio::time::sleep(Duration::from_millis(25)).await;
        }
    }

    /// The last `lines` lines of what it has written.
    pub fn log_tail(&self, lines: usize) -> String {
        let log = self.log();
        let all: Vec<&str> = log.lines().collect();
        all.get(all.len().saturating_sub(lines)..).unwrap_or_default().join("\n")
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        self.kill9();
        if thread::panicking() {
            keep(&self.name, &self.log);
        }
    }
}

/// Keeps the log of a failed test where the next run of it does not look: `target/test-logs`.
fn keep(name: &str, log: &Path) {
    let folder = crate::venv::workspace().join("target/test-logs");
    let test = thread::current().name().unwrap_or("test").replace("::", "-");
    let kept = folder.join(format!("{test}-{name}.log"));
    if std::fs::create_dir_all(&folder).and_then(|()| std::fs::copy(log, &kept)).is_ok() {
        eprintln!("log of {name}: {}", kept.display());
    }
}

/// A port that nothing listened on a moment ago.
///
/// # Panics
/// When the loopback interface has no free port.
pub fn free_port() -> u16 {
    let listener = TcpListener::bind(("127.0.0.1", 0)).expect("a free port on the loopback interface");
    listener.local_addr().expect("a bound socket has an address").port()
}

/// Wraps `command` so that the kernel kills it when the thread that started it ends (`setpriv` of util-linux).
fn dies_with_us(command: &Command) -> Command {
    let mut wrapped = Command::new("setpriv");
    wrapped.args(["--pdeathsig", "KILL", "--"]).arg(command.get_program()).args(command.get_args());
    for (key, value) in command.get_envs() {
        match value {
            Some(value) => wrapped.env(key, value),
            None => wrapped.env_remove(key),
        };
    }
    if let Some(folder) = command.get_current_dir() {
        wrapped.current_dir(folder);
    }
    wrapped
}

type Order = (Command, Sender<std::io::Result<Child>>);

/// Starts `command` from a thread that lives as long as the process: the death signal follows the starting thread,
/// and a test's thread ends before servers that several tests share.
fn spawn(command: Command) -> std::io::Result<Child> {
    static STARTER: OnceLock<Sender<Order>> = OnceLock::new();
    let starter = STARTER.get_or_init(|| {
        let (orders, inbox) = channel::<Order>();
        thread::spawn(move || {
            for (mut command, answer) in inbox {
                let _ = answer.send(command.spawn());
            }
        });
        orders
    });
    let (answer, child) = channel();
    starter.send((command, answer)).map_err(std::io::Error::other)?;
    child.recv().map_err(std::io::Error::other)?
}
