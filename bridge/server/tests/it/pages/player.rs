//! Plays a page from top to bottom in a folder of its own.

use std::fs;

use super::{board, files::Place};
use crate::support::Site;

/// Behind what is made by a remark.
const END: &str = "<!-- end -->\n";

/// The folder, and what was met on the page.
pub(crate) struct Player {
    pub(crate) site: Site,
    /// Pieces of policies that were checked and found good.
    pub(crate) policies: usize,
    /// Pieces that were checked and refused, as a file named `slip.yaml` must be.
    pub(crate) refused: usize,
    /// Pieces of tables of cases.
    pub(crate) tables: usize,
    /// Commands that ran.
    pub(crate) commands: usize,
    /// What the last command ended with, and what it said.
    code: i32,
    said: String,
}

impl Player {
    pub(crate) fn new(site: Site) -> Self {
        Self { site, policies: 0, refused: 0, tables: 0, commands: 0, code: 0, said: String::new() }
    }

    /// The page as it should be: all of it, with what the commands print now.
    pub(crate) fn play(&mut self, page: &str) -> String {
        let mut fresh = String::new();
        let mut lines = page.split_inclusive('\n');
        while let Some(line) = lines.next() {
            fresh += line;
            if let Some(info) = line.trim_end().strip_prefix("```") {
                let body: String = lines.by_ref().take_while(|l| *l != "```\n").collect();
                fresh += &self.block(info, body);
                fresh += "```\n";
            } else if let Some(made_by) = line.strip_prefix("<!-- ") {
                let made = self.made_by(made_by.trim_end().trim_end_matches(" -->"));
                lines.by_ref().find(|line| *line == END).unwrap();
                fresh += &format!("\n{made}\n{END}");
            }
        }
        self.expect_success("the end");
        fresh
    }

    /// What stands between a remark and its end: `$ kring …`, or `sentences: en` for the cases that a board reads.
    fn made_by(&mut self, remark: &str) -> String {
        match remark.split_once(' ') {
            Some(("$", command)) => self.run(command).trim_end().to_owned() + "\n",
            Some(("sentences:", which)) => board::sentences(which),
            _ => panic!("nobody knows what to put below: {remark}"),
        }
    }

    fn block(&mut self, info: &str, body: String) -> String {
        match info.split_once(' ').unwrap_or((info, "")) {
            ("yaml", "") if body.starts_with("# ") => self.file(&body),
            ("csv", name) => drop(self.site.write(name, &body, 0o600)),
            ("console", "") => return self.console(&body),
            _ => {}
        }
        body
    }

    /// Puts a piece where it goes. A policy must be good after each piece, and a slip must be refused.
    fn file(&mut self, body: &str) {
        let (first, piece) = body.split_once('\n').unwrap();
        let place = Place::read(first);
        let old = fs::read_to_string(self.site.path(place.of)).unwrap_or_default();
        self.site.write(place.file, place.spot.put(&old, piece), 0o644);
        if place.file.starts_with("cases/") {
            self.tables += 1;
            return;
        }
        let said = self.site.bare(&["policy", "check", place.file]);
        let slip = place.file == "slip.yaml";
        assert_eq!(said.code, if slip { 2 } else { 0 }, "{first}: {}{}", said.out, said.err);
        if slip { self.refused += 1 } else { self.policies += 1 }
    }

    /// Each command with what it prints. It ends with 0, unless the page says otherwise with `echo $?`.
    fn console(&mut self, body: &str) -> String {
        let mut fresh = String::new();
        for line in body.lines().filter_map(|line| line.strip_prefix("$ ")) {
            fresh += &format!("$ {line}\n");
            if line == "echo $?" {
                fresh += &format!("{}\n", std::mem::take(&mut self.code));
            } else {
                fresh += &self.run(line);
            }
        }
        fresh
    }

    fn run(&mut self, command: &str) -> String {
        self.expect_success(command);
        let mut words = command.split(' ');
        assert_eq!(words.next(), Some("kring"), "{command}");
        let said = self.site.bare(&words.collect::<Vec<_>>());
        self.commands += 1;
        self.code = said.code;
        self.said = said.out + &said.err;
        self.said.clone()
    }

    fn expect_success(&self, before: &str) {
        assert_eq!(
            self.code, 0,
            "the command before “{before}” failed, and the page hides it: {}",
            self.said
        );
    }
}
