//! A stand-in for ubusd that says the bytes recorded between the real `ubus` program and the real ubusd.
#![allow(dead_code, reason = "each test file uses its part")]

use std::io::{Read, Write};
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::Path;
use std::thread;

/// `ubus call network.interface dump`: what ubusd said, in its parts: greeting; number and end; answer and end.
pub(crate) const SAID: [&str; 3] = [
    "000000000a105ded00000004",
    concat!(
        "00020001000000000000003c020000166e6574776f726b2e696e74657266616365000000030000085cd7c27e05000008",
        "38d699da060000108200000c000464756d70000000010001000000000000000c0100000800000000"
    ),
    concat!(
        "000200025cd7c27e000002f4030000085cd7c27e070002e8810002e40009696e7465726661636500820002d400000000",
        "830000140009696e746572666163650077616e008700000d00027570000000000100000087000011000770656e64696e",
        "6700000000000000870000110009617661696c61626c6500010000008700001100096175746f73746172740001000000",
        "87000011000764796e616d696300000000000000850000140006757074696d6500000000000012678300001a00096c33",
        "5f646576696365007070706f652d77616e00000083000012000570726f746f007070706f650000008300001500066465",
        "766963650000000065746831000000008500001400066d6574726963000000000000000081000068000c697076342d61",
        "646472657373000082000054000000008300001a0007616464726573730000003139322e302e322e3700000085000010",
        "00046d61736b0000000000208300001e000a70747061646472657373000000003139322e302e322e3100000081000070",
        "000c697076362d6164647265737300008200005c000000008300001e000761646472657373000000323030313a646238",
        "3a313a3a370000008500001000046d61736b000000000040850000140009707265666572726564000000070885000010",
        "000576616c69640000000e10810000d0000b697076362d707265666978000000820000bc000000008300001d00076164",
        "6472657373000000323030313a6462383a323a3a000000008500001000046d61736b0000000000388500001400097072",
        "65666572726564000000070885000010000576616c69640000000e10830000110005636c6173730077616e3600000000",
        "8200004c000861737369676e656400008200003c00036c616e0000008300001d00076164647265737300000032303031",
        "3a6462383a323a3a000000008500001000046d61736b0000000000408100000c0005726f7574650081000028000a646e",
        "732d7365727665720000000083000013000000003139322e302e322e353300008200000c000464617461000000010002",
        "5cd7c27e000000140100000800000000030000085cd7c27e"
    ),
];

/// What the program asked.
pub(crate) const ASKED: [&str; 2] = [
    "00040001000000000000001c020000166e6574776f726b2e696e74657266616365000000",
    "000500025cd7c27e0000001c030000085cd7c27e0400000964756d700000000007000004",
];

/// The data of that answer as the `ubus` program prints it.
pub(crate) const PRINTED: &str = r#"{"interface":[{"interface":"wan","up":true,"pending":false,"available":true,"autostart":true,"dynamic":false,
"uptime":4711,"l3_device":"pppoe-wan","proto":"pppoe","device":"eth1","metric":0,
"ipv4-address":[{"address":"192.0.2.7","mask":32,"ptpaddress":"192.0.2.1"}],
"ipv6-address":[{"address":"2001:db8:1::7","mask":64,"preferred":1800,"valid":3600}],
"ipv6-prefix":[{"address":"2001:db8:2::","mask":56,"preferred":1800,"valid":3600,"class":"wan6",
"assigned":{"lan":{"address":"2001:db8:2::","mask":64}}}],"route":[],"dns-server":["192.0.2.53"],"data":{}}]}"#;

/// Bytes of a hexadecimal text.
pub(crate) fn bytes(hex: &str) -> Vec<u8> {
    let digits: Vec<u32> = hex.chars().map(|c| c.to_digit(16).unwrap()).collect();
    digits.chunks(2).map(|pair| u8::try_from(pair[0] << 4 | pair[1]).unwrap()).collect()
}

/// Listens at `at` and gives every caller to `talk`.
pub(crate) fn listen(at: &Path, talk: impl Fn(UnixStream) + Send + 'static) {
    let listener = UnixListener::bind(at).unwrap();
    thread::spawn(move || listener.incoming().for_each(|stream| talk(stream.unwrap())));
}

/// The recorded exchange; the questions must be the recorded ones, byte by byte.
pub(crate) fn play(mut stream: UnixStream) {
    stream.write_all(&bytes(SAID[0])).unwrap();
    for (asked, said) in ASKED.iter().zip(&SAID[1..]) {
        let mut question = vec![0; asked.len() / 2];
        stream.read_exact(&mut question).unwrap();
        assert_eq!(question, bytes(asked));
        stream.write_all(&bytes(said)).unwrap();
    }
    let _ = stream.read(&mut [0]);
}

/// Says `all` whatever is asked, and then nothing more.
pub(crate) fn say(mut stream: &UnixStream, all: &[u8]) {
    let _ = stream.write_all(all);
    let _ = stream.shutdown(std::net::Shutdown::Write);
    let _ = std::io::copy(&mut stream, &mut std::io::sink());
}
