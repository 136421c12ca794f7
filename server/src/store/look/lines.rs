//! Requests as lines of one table that is joined with all that they ask for: SQLite's way. Each statement is a walk to sqlx's thread and back,
//! and a look at the file's locks, which costs more than the search.

use super::named;
use crate::store::link::Link;
use crate::store::row::{Value, rows_of_marks};
use crate::store::{standing, tokens, users};
use crate::world::{Asked, Found};

/// Lines of one statement.
const MOST: usize = 64;

/// A request with one of its names; the first of a request's lines has its credentials, too.
struct Line<'a> {
    request: usize,
    host: Option<(usize, &'a str)>,
}

pub(super) async fn fill(link: &mut Link<'_>, asked: &[Asked], found: &mut [Found]) -> Result<(), sqlx::Error> {
    let lines: Vec<Line<'_>> = asked.iter().enumerate().flat_map(|(request, one)| lines(request, one)).collect();
    for lines in lines.chunks(MOST) {
        answer(link, asked, lines, found).await?;
    }
    Ok(())
}

fn lines(request: usize, asked: &Asked) -> impl Iterator<Item = Line<'_>> {
    let names = named(asked).iter().map(String::as_str).enumerate();
    let bare = names.len() == 0;
    names.map(Some).chain(bare.then_some(None)).map(move |host| Line { request, host })
}

/// Looks up some lines in one statement, which meets token, user and host of a request as they are at one moment.
async fn answer(
    link: &mut Link<'_>,
    asked: &[Asked],
    lines: &[Line<'_>],
    found: &mut [Found],
) -> Result<(), sqlx::Error> {
    const TOKEN: usize = 1;
    const USER: usize = TOKEN + tokens::WIDTH;
    const HOST: usize = USER + users::WIDTH;
    let columns = format!("a.place, {}, {}, {}", tokens::COLUMNS, users::COLUMNS, standing::COLUMNS);
    let (rows, values) = questions(asked, lines);
    let rest = format!(
        "FROM ({rows}) a \
         LEFT JOIN tokens t ON t.digest = a.digest LEFT JOIN hosts o ON o.id = t.host_id \
         LEFT JOIN users u ON u.name = a.name LEFT JOIN hosts h ON h.fqdn = a.fqdn \
         WHERE a.place IS NOT NULL"
    );
    for row in link.many(&columns, &rest, values).await? {
        let Some(line) = usize::try_from(row.int(0)?).ok().and_then(|place| lines.get(place)) else { continue };
        let Some(found) = found.get_mut(line.request) else { continue };
        if row.maybe_int(TOKEN)?.is_some() {
            found.token = Some(tokens::read(&row, TOKEN)?);
        }
        if row.maybe_int(USER)?.is_some() {
            found.user = Some(users::read(&row, USER)?);
        }
        if let Some((at, _)) = line.host
            && let Some(host) = found.hosts.get_mut(at)
            && row.maybe_int(HOST)?.is_some()
        {
            *host = Some(standing::read(&row, HOST)?);
        }
    }
    Ok(())
}

/// The lines as a table of `place`, `digest`, `name` and `fqdn`. Statements are prepared once for each number of lines, so only powers of two
/// are used; what is left over has no place.
fn questions(asked: &[Asked], lines: &[Line<'_>]) -> (String, Vec<Value>) {
    let mut values = Vec::with_capacity(4 * lines.len().next_power_of_two());
    for (place, line) in (0_i64..).zip(lines) {
        let first = line.host.is_none_or(|(at, _)| at == 0);
        let one = asked.get(line.request).filter(|_| first);
        values.push(Value::Int(place));
        values.push(one.and_then(|one| one.token).map_or(Value::Null, |digest| Value::Bytes(digest.to_vec())));
        values.push(one.and_then(|one| one.user.as_deref()).into());
        values.push(line.host.map(|(_, name)| name).into());
    }
    let rows = lines.len().next_power_of_two();
    values.resize(4 * rows, Value::Null);
    let first = "SELECT ? AS place, ? AS digest, ? AS name, ? AS fqdn";
    let others = if rows > 1 { format!(" UNION ALL VALUES {}", rows_of_marks(rows - 1, 4)) } else { String::new() };
    (format!("{first}{others}"), values)
}
