//! One connection: requests in, answers or faults out.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use tokio::io::{AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpStream;

use super::body::{Source, gzip};
use super::fault::{Cut, Kind};
use super::message::Request;
use super::resource::{Body, Framing, Reply};
use super::state::State;

const PIECE: usize = 64 * 1024;

/// How the bytes of a body are let out.
#[derive(Default)]
struct Delivery {
    /// Ends the connection after this many bytes of the body.
    cut: Option<usize>,
    /// Falls silent after this many bytes of the body.
    stop: Option<usize>,
    /// Ends the connection after this many bytes, the head included.
    close: Option<usize>,
    drip: Option<(usize, Duration)>,
    /// Declares this length instead of the true one.
    declared: Option<usize>,
}

/// Serves requests until the connection ends.
pub(super) async fn serve(socket: TcpStream, state: Arc<State>) {
    let _ = socket.set_nodelay(true);
    let mut stream = BufReader::new(socket);
    while let Ok(Some(request)) = Request::read(&mut stream).await {
        let fault = state.arrive(&request);
        let (mut reply, open) = state.admit(&request);
        if matches!(fault, Some(Kind::Silent)) {
            return tokio::select! {
                () = until_gone(&mut stream) => {}
                () = open.ended() => {}
            };
        }
        if let Some(Kind::Delay(time)) = fault {
            // Who has gone meanwhile is not counted until then.
            tokio::select! {
                () = tokio::time::sleep(time) => {}
                () = until_gone(&mut stream) => return,
            }
        }
        let mut delivery = Delivery::default();
        if let Some(kind) = fault {
            delivery = spoil(kind, &mut reply, &request).await;
        }
        let kept = tokio::select! {
            kept = deliver(&mut stream, &request, reply, &delivery) => kept,
            () = open.ended() => Ok(false),
        };
        drop(open);
        if !matches!(kept, Ok(true)) {
            break;
        }
    }
    let _ = stream.get_mut().shutdown().await;
}

/// Changes the answer as the fault demands.
async fn spoil(kind: Kind, reply: &mut Reply, request: &Request) -> Delivery {
    let mut delivery = Delivery::default();
    match kind {
        Kind::Silent | Kind::Delay(_) => {}
        Kind::HeadOnly => delivery.stop = Some(0),
        Kind::StopAfter(bytes) => delivery.stop = Some(bytes),
        Kind::Drip { bytes, pause } => delivery.drip = Some((bytes, pause)),
        Kind::EarlyClose(bytes) => delivery.close = Some(bytes),
        Kind::Cut { bytes, cut } => {
            delivery.cut = Some(bytes);
            match cut {
                Cut::Declared => reply.framing = Framing::Length,
                Cut::Chunked => reply.framing = Framing::Chunked,
                Cut::Close => reply.framing = Framing::Close,
                Cut::Short => delivery.declared = Some(bytes),
            }
        }
        Kind::Status { code, retry_after } => {
            *reply = Reply::new(code, "text/plain", "fault");
            if let Some(value) = retry_after {
                reply.set_header("Retry-After", &value);
            }
        }
        Kind::Redirect(location) => *reply = Reply::status(302).header("Location", &location),
        Kind::RedirectLoop => *reply = Reply::status(302).header("Location", &request.target),
        Kind::Body { content_type, bytes } => *reply = Reply::new(200, &content_type, bytes),
        Kind::Empty => reply.body = Body::Bytes(Bytes::new()),
        Kind::ContentType(value) => reply.set_header("Content-Type", &value),
        Kind::GzipBomb => endless(reply, Bytes::new(), gzip(&vec![0; 1 << 20]).await.into()),
        Kind::EndlessLine => endless(reply, "#EXTM3U\n#EXTINF:-1,".into(), vec![b'x'; PIECE].into()),
        Kind::Endless => endless(reply, "#EXTM3U\n".into(), entries()),
    }
    delivery
}

fn endless(reply: &mut Reply, lead: Bytes, block: Bytes) {
    reply.body = Body::Endless {
        lead,
        block,
        pause: Duration::ZERO,
    };
    reply.framing = Framing::Chunked;
}

fn entries() -> Bytes {
    "#EXTINF:-1 group-title=\"Endless\",Endless Channel\nhttp://provider.example/live/1.ts\n"
        .repeat(500)
        .into()
}

/// Sends an answer; true if the connection can take another request.
async fn deliver(
    stream: &mut BufReader<TcpStream>,
    request: &Request,
    mut reply: Reply,
    delivery: &Delivery,
) -> io::Result<bool> {
    let mut source = Source::open(&mut reply, request).await?;
    if source.left.is_none() && reply.framing == Framing::Length {
        reply.framing = Framing::Close;
    }
    let head = head(&reply, source.left, delivery.declared);
    let mut budget = delivery.close;
    send(stream, head.as_bytes(), &mut budget).await?;
    if request.method == "HEAD" {
        return Ok(true);
    }
    let mut sent = 0;
    while let Some(piece) = source
        .next(delivery.drip.map_or(PIECE, |(bytes, _)| bytes))
        .await?
    {
        let room = delivery
            .cut
            .into_iter()
            .chain(delivery.stop)
            .min()
            .map_or(usize::MAX, |end| end - sent);
        let whole = piece.len() <= room;
        let piece = piece.slice(..piece.len().min(room));
        frame(stream, reply.framing, &piece, &mut budget).await?;
        sent += piece.len();
        if !whole || room == piece.len() {
            if delivery.stop.is_some() {
                until_gone(stream).await;
            }
            return Ok(false);
        }
        if let Some((_, pause)) = delivery.drip {
            tokio::time::sleep(pause).await;
        }
    }
    if delivery.stop.is_some() {
        until_gone(stream).await;
        return Ok(false);
    }
    if reply.framing == Framing::Chunked {
        send(stream, b"0\r\n\r\n", &mut budget).await?;
    }
    let close = request
        .header("connection")
        .is_some_and(|value| value.eq_ignore_ascii_case("close"));
    Ok(reply.framing != Framing::Close && !close)
}

fn head(reply: &Reply, length: Option<u64>, declared: Option<usize>) -> String {
    let mut head = format!("HTTP/1.1 {} {}\r\n", reply.status, reason(reply.status));
    for (name, value) in &reply.headers {
        head.push_str(&format!("{name}: {value}\r\n"));
    }
    let length = declared.map_or(length, |bytes| u64::try_from(bytes).ok());
    match (reply.framing, length) {
        (Framing::Length, Some(length)) => head.push_str(&format!("Content-Length: {length}\r\n")),
        (Framing::Chunked, _) => head.push_str("Transfer-Encoding: chunked\r\n"),
        (Framing::Close | Framing::Length, _) => head.push_str("Connection: close\r\n"),
    }
    head.push_str("\r\n");
    head
}

fn reason(status: u16) -> &'static str {
    match status {
        200 => "OK",
        206 => "Partial Content",
        302 => "Found",
        401 => "Unauthorized",
        403 => "Forbidden",
        404 => "Not Found",
        416 => "Range Not Satisfiable",
        429 => "Too Many Requests",
        509 => "Bandwidth Limit Exceeded",
        _ => "Status",
    }
}

async fn frame(
    stream: &mut BufReader<TcpStream>,
    framing: Framing,
    piece: &Bytes,
    budget: &mut Option<usize>,
) -> io::Result<()> {
    if framing == Framing::Chunked && !piece.is_empty() {
        send(stream, format!("{:x}\r\n", piece.len()).as_bytes(), budget).await?;
        send(stream, piece, budget).await?;
        return send(stream, b"\r\n", budget).await;
    }
    send(stream, piece, budget).await
}

/// Writes within the budget of an early close, and fails where that is used up.
async fn send(stream: &mut BufReader<TcpStream>, bytes: &[u8], budget: &mut Option<usize>) -> io::Result<()> {
    let most = budget.unwrap_or(usize::MAX).min(bytes.len());
    stream.get_mut().write_all(&bytes[..most]).await?;
    if let Some(left) = budget {
        *left -= most;
        if *left == 0 {
            return Err(io::ErrorKind::ConnectionAborted.into());
        }
    }
    Ok(())
}

/// Waits until the other side closes.
async fn until_gone(stream: &mut BufReader<TcpStream>) {
    let mut scrap = [0; 256];
    while matches!(stream.read(&mut scrap).await, Ok(1..)) {}
}
