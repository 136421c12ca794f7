//! What an API says of zones and records, read as a [`Rest`](super::Rest) describes it. What is not there or has another shape ends the
//! course: an answer misread as "no records" would create one.

use serde_json::Value;

use super::List;
use super::course::{Course, Record};
use crate::send::api::{Api, Step};
use crate::send::fill::Written;
use crate::send::json::{at, odd, some_text};
use crate::send::not_sent;
use crate::send::options::kind;

/// The most pages of a list that are asked for; a list that goes on behind them is no list, or what is missing would be created again.
const PAGES: usize = 50;

impl Course<'_> {
    /// The records of the name, of the wanted type; on the way the zone is found.
    pub(super) fn records(&mut self, api: &mut Api<'_>) -> Step<Vec<Record>> {
        let zones: Vec<String> = self.name.zones().into_iter().map(str::to_owned).collect();
        if let (true, Some(zone)) = (self.rest.blind(), zones.last()) {
            self.zone.clone_from(zone);
            return Ok(Vec::new());
        }
        let mut last = api.no_such(&format!("no zone of this account holds '{}'", self.name.full));
        if !self.rest.zone.list.path.is_empty() {
            if !self.zone(api, &zones)? {
                return Err(last);
            }
            return self.read(api);
        }
        for zone in zones {
            self.zone_id.clone_from(&zone);
            self.zone = zone;
            match self.read(api) {
                Err(reply) if reply.answer == last.answer => last = reply,
                done => return done,
            }
        }
        Err(last)
    }

    /// Finds the zone among those of the account; false where none holds the name.
    fn zone(&mut self, api: &mut Api<'_>, zones: &[String]) -> Step<bool> {
        let how = &self.rest.zone;
        if let (Some(id), Some(zone)) = (self.wish(how.chosen), zones.last()) {
            // without the owner's word where the zone begins, it has two labels; of a long name this is a guess that could create
            // `home.lan.example` in a zone `example.net`, where hosts are written without their zone
            let hosts = self.rest.create.is_some_and(|create| create.body.contains("{host}"));
            if zones.len() > 2 && hosts {
                let option = how.chosen;
                return Err(not_sent(format!(
                    "option 'domain' wants host@zone beside '{option}': the zone may begin at more than one dot"
                )));
            }
            (self.zone, self.zone_id) = (zone.clone(), id.to_owned());
            return Ok(true);
        }
        let asks_for_one = how.list.path.contains("{zone}");
        let mut all = if asks_for_one { Vec::new() } else { self.pages(api, &how.list, false)? };
        for zone in zones {
            self.zone.clone_from(zone);
            if asks_for_one {
                all = self.pages(api, &how.list, true)?;
            }
            for found in &all {
                // a zone in other letters is told as people write it, not as it was asked for
                let own_letters = asks_for_one && some_text(at(found, how.name)).is_some_and(|own| !own.is_ascii());
                if how.name.is_empty() || own_letters || is(found, how.name, zone)? {
                    self.zone_id = text(found, how.id)?;
                    return Ok(true);
                }
            }
        }
        Ok(false)
    }

    /// Reads the records in the zone that is found.
    fn read(&mut self, api: &mut Api<'_>) -> Step<Vec<Record>> {
        let how = &self.rest.read;
        // option `param_opt` holds an id, or words
        let id = |key: &str| self.wish(key).filter(|id| key != "param_opt" || !id.contains('='));
        let chosen = self.rest.chosen.iter().find_map(|key| Some((key, id(key)?)));
        let mut rows = match chosen {
            Some((_, id)) if !how.one[0].is_empty() => {
                id.clone_into(&mut self.id);
                vec![at(&api.get(&self.path(how.one[0]))?, how.one[1]).clone()]
            }
            _ => self.pages(api, &how.list, how.none_is_404)?,
        };
        let name = self.text(how.name[1], Written::Plain);
        let mut records = Vec::new();
        for row in rows.drain(..) {
            if self.is_wanted(&row, &name)? {
                self.take(&row, &mut records)?;
            }
        }
        let Some((key, id)) = chosen else { return Ok(records) };
        // a number mistyped would otherwise turn somebody else's record into ours
        records.retain(|record| record.id == id);
        if records.is_empty() {
            let (kind, full) = (kind(self.job), &self.name.full);
            return Err(api.no_such(&format!("the record of option '{key}' is not the {kind} record of '{full}'")));
        }
        Ok(records)
    }

    /// Whether a row is of the name and of the wanted type.
    fn is_wanted(&self, row: &Value, name: &str) -> Step<bool> {
        let how = &self.rest.read;
        Ok((how.kind.is_empty() || is(row, how.kind, self.kind())?)
            && (how.name[0].is_empty() || is(row, how.name[0], name)?))
    }

    /// The values of a row.
    fn take(&self, row: &Value, records: &mut Vec<Record>) -> Step<()> {
        let how = &self.rest.read;
        let id = if how.id.is_empty() { String::new() } else { text(row, how.id)? };
        let ttl = some_text(at(row, how.ttl)).and_then(|ttl| ttl.parse().ok());
        let values = if how.values.is_empty() { std::slice::from_ref(row) } else { rows_at(row, how.values)? };
        for value in values {
            let address = text(value, how.content)?.parse().ok();
            records.push(Record { id: id.clone(), address, ttl, row: row.clone() });
        }
        Ok(())
    }

    /// All rows of a list that may come in pages; where status 404 may stand for an empty one, it does.
    fn pages(&mut self, api: &mut Api<'_>, list: &List, none_is_404: bool) -> Step<Vec<Value>> {
        let mut all = Vec::new();
        self.cursor.clear();
        for page in 1..=PAGES {
            self.page = page;
            let path = self.path(list.path);
            let body = Some(list.body).filter(|body| !body.is_empty()).map(|body| self.body(body));
            let Some(answer) = api.ask(&path, body, none_is_404)? else { break };
            if list.single {
                all.push(at(&answer, list.at).clone());
                break;
            }
            if let (true, Value::Object(members)) = (list.keyed, at(&answer, list.at)) {
                if members.is_empty() {
                    return Err(odd("it holds nothing"));
                }
                all.extend(members.values().cloned());
                break;
            }
            let absent = !list.without.is_empty() && at(&answer, list.at).is_null();
            let rows = if absent && at(&answer, list.without).is_object() { &[] } else { rows_at(&answer, list.at)? };
            all.extend_from_slice(rows);
            let cursor = some_text(at(&answer, list.cursor)).filter(|_| !list.cursor.is_empty()).unwrap_or_default();
            let full = list.per_page > 0 && rows.len() >= list.per_page;
            if !full && cursor.is_empty() {
                return Ok(all);
            }
            if page == PAGES || (!full && cursor == self.cursor) {
                return Err(odd("its list has no end"));
            }
            self.cursor = cursor;
        }
        Ok(all)
    }
}

fn rows_at<'v>(value: &'v Value, pointer: &str) -> Step<&'v [Value]> {
    let rows = at(value, pointer).as_array().map(Vec::as_slice);
    rows.ok_or_else(|| {
        odd(&if pointer.is_empty() {
            "it is no list".to_owned()
        } else {
            format!("it has no list {}", called(pointer))
        })
    })
}

fn text(value: &Value, pointer: &str) -> Step<String> {
    some_text(at(value, pointer)).ok_or_else(|| odd(&format!("it has no {}", called(pointer))))
}

/// Whether a member reads so, a dot at its end or not. The zone itself may have `null` for a name, but a row without any is no row.
fn is(row: &Value, pointer: &str, wanted: &str) -> Step<bool> {
    let null = wanted.is_empty() && row.pointer(pointer).is_some_and(Value::is_null);
    let own = if null { String::new() } else { text(row, pointer)? };
    Ok(own.trim_end_matches('.').eq_ignore_ascii_case(wanted.trim_end_matches('.')))
}

/// A pointer as a person reads it.
fn called(pointer: &str) -> String {
    format!("'{}'", pointer.trim_start_matches('/').replace('/', "."))
}
