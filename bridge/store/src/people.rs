//! The people the association knows: `people`.

use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
};

use kring_core::{
    ids::{MemberId, MembershipNumber, Shared, UserType},
    member::{Attributes, Member, Person},
    name::PersonName,
};
use ruma::UserId;
use sqlx::any::AnyRow;

use crate::{
    error::StoreError,
    row::{Columns, as_word, placeholders, to_json},
    session::{Reader, Writer},
};

const COLUMNS: &str = "id, source, number, given, infix, family, email, user_type, attributes, since, until, address, user_id, removed_on";
const WIDTH: usize = 14;
/// Rows of one statement: well below the 32,766 parameters of SQLite.
const CHUNK: usize = 250;

/// Values that occur on many rows, made once.
#[derive(Default)]
struct Interned {
    texts: HashSet<Shared>,
    attributes: HashMap<String, Attributes>,
}

impl Interned {
    fn text(&mut self, text: &str) -> Shared {
        if let Some(known) = self.texts.get(text) {
            return Arc::clone(known);
        }
        let new: Shared = text.into();
        self.texts.insert(Arc::clone(&new));
        new
    }

    /// People of one branch mostly have the very same attributes, so the JSON itself is the key.
    fn attributes(&mut self, columns: &Columns<'_>) -> Result<Attributes, StoreError> {
        let json = columns.str("attributes")?;
        if let Some(known) = self.attributes.get(json) {
            return Ok(known.clone());
        }
        let mut shared = Attributes::default();
        for (name, values) in columns.json::<Attributes>("attributes")?.iter() {
            shared.set(self.text(name), values.iter().map(|v| self.text(v)).collect());
        }
        self.attributes.insert(json.to_owned(), shared.clone());
        Ok(shared)
    }
}

fn person(row: &AnyRow, interned: &mut Interned) -> Result<Person, StoreError> {
    let columns = Columns::new(row, "people", "id");
    let name = PersonName {
        given: columns.text("given")?,
        infix: columns.text("infix")?,
        family: columns.text("family")?,
    };
    let member = Member {
        id: MemberId::from(columns.str("id")?),
        source: columns.word("source")?,
        number: columns.opt_str("number")?.map(MembershipNumber::from),
        name,
        email: columns.opt_text("email")?,
        user_type: UserType::new(interned.text(columns.str("user_type")?)),
        attributes: interned.attributes(&columns)?,
        since: columns.opt_parse("since")?,
        until: columns.opt_parse("until")?,
        address: columns.word("address")?,
    };
    Ok(Person {
        member,
        user_id: columns.opt_parse("user_id")?,
        removed_on: columns.opt_parse("removed_on")?,
    })
}

impl Reader {
    async fn people_where(&mut self, rest: &str, value: Option<&str>) -> Result<Vec<Person>, StoreError> {
        let sql = sqlx::AssertSqlSafe(format!("SELECT {COLUMNS} FROM people {rest}"));
        let query = match value {
            Some(value) => sqlx::query(sql).bind(value.to_owned()),
            None => sqlx::query(sql),
        };
        let rows = query.fetch_all(self.connection()).await?;
        let mut interned = Interned::default();
        rows.iter().map(|row| person(row, &mut interned)).collect()
    }

    /// Everybody, sorted by id; equal texts are shared.
    ///
    /// # Errors
    ///
    /// The database does not answer, or a row is not readable.
    pub async fn people(&mut self) -> Result<Vec<Person>, StoreError> {
        self.people_where("ORDER BY id", None).await
    }

    /// The person with this id.
    ///
    /// # Errors
    ///
    /// The database does not answer, or the row is not readable.
    pub async fn person(&mut self, id: &MemberId) -> Result<Option<Person>, StoreError> {
        Ok(self.people_where("WHERE id = $1", Some(id.as_str())).await?.pop())
    }

    /// The person with this membership number.
    ///
    /// # Errors
    ///
    /// The database does not answer, or the row is not readable.
    pub async fn person_by_number(
        &mut self,
        number: &MembershipNumber,
    ) -> Result<Option<Person>, StoreError> {
        Ok(self.people_where("WHERE number = $1", Some(number.as_str())).await?.pop())
    }

    /// Everybody with this address, in the form in which addresses are compared ([`Member::email`]), sorted by id.
    ///
    /// # Errors
    ///
    /// The database does not answer, or a row is not readable.
    pub async fn people_by_email(&mut self, key: &str) -> Result<Vec<Person>, StoreError> {
        self.people_where("WHERE email = $1 ORDER BY id", Some(key)).await
    }

    /// The person to whom this account is bound.
    ///
    /// # Errors
    ///
    /// The database does not answer, or the row is not readable.
    pub async fn person_by_user_id(&mut self, user_id: &UserId) -> Result<Option<Person>, StoreError> {
        Ok(self.people_where("WHERE user_id = $1", Some(user_id.as_str())).await?.pop())
    }
}

impl Writer {
    /// Stores a person, new or changed. `user_id: None` leaves an account that is bound as it is: an import read its
    /// people before it writes them, and must not undo an activation of that moment.
    ///
    /// # Errors
    ///
    /// The number or the account is another person's, or the database does not answer.
    pub async fn put_person(&mut self, person: &Person) -> Result<(), StoreError> {
        self.put_people(std::slice::from_ref(person)).await
    }

    /// Stores many people as [`Writer::put_person`] does, in few statements. No id may occur twice.
    ///
    /// # Errors
    ///
    /// A number or an account is another person's, or the database does not answer.
    pub async fn put_people(&mut self, people: &[Person]) -> Result<(), StoreError> {
        for chunk in people.chunks(CHUNK) {
            let sql = format!(
                "INSERT INTO people ({COLUMNS}) VALUES {} ON CONFLICT (id) DO UPDATE SET source = excluded.source, \
                 number = excluded.number, given = excluded.given, infix = excluded.infix, family = excluded.family, \
                 email = excluded.email, user_type = excluded.user_type, attributes = excluded.attributes, \
                 since = excluded.since, until = excluded.until, address = excluded.address, \
                 user_id = coalesce(excluded.user_id, people.user_id), removed_on = excluded.removed_on",
                placeholders(chunk.len(), WIDTH)
            );
            let mut query =
                sqlx::query(sqlx::AssertSqlSafe(sql)).persistent(matches!(chunk.len(), 1 | CHUNK));
            for person in chunk {
                let m = &person.member;
                query = query
                    .bind(m.id.as_str().to_owned())
                    .bind(as_word(&m.source)?)
                    .bind(m.number.as_ref().map(|n| n.as_str().to_owned()))
                    .bind(m.name.given.clone())
                    .bind(m.name.infix.clone())
                    .bind(m.name.family.clone())
                    .bind(m.email.clone())
                    .bind(m.user_type.as_str().to_owned())
                    .bind(to_json("attributes", &m.attributes)?)
                    .bind(m.since.map(|d| d.to_string()))
                    .bind(m.until.map(|d| d.to_string()))
                    .bind(as_word(&m.address)?)
                    .bind(person.user_id.as_ref().map(ToString::to_string))
                    .bind(person.removed_on.map(|d| d.to_string()));
            }
            query.execute(self.connection()).await?;
        }
        Ok(())
    }

    /// Binds the account to the person; `false` when there is no such person.
    ///
    /// # Errors
    ///
    /// The account is another person's ([`StoreError::Conflict`]), or the database does not answer.
    pub async fn bind_account(&mut self, member: &MemberId, user_id: &UserId) -> Result<bool, StoreError> {
        self.set_account(member, Some(user_id.as_str())).await
    }

    /// Takes the account from the person; `false` when there is no such person.
    ///
    /// # Errors
    ///
    /// The database does not answer.
    pub async fn unbind_account(&mut self, member: &MemberId) -> Result<bool, StoreError> {
        self.set_account(member, None).await
    }

    async fn set_account(&mut self, member: &MemberId, user_id: Option<&str>) -> Result<bool, StoreError> {
        let done = sqlx::query("UPDATE people SET user_id = $2 WHERE id = $1")
            .bind(member.as_str().to_owned())
            .bind(user_id.map(str::to_owned))
            .execute(self.connection())
            .await?;
        Ok(done.rows_affected() > 0)
    }
}
