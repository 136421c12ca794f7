//! The two hashes that old keys want and ring does not have: MD5 (RFC 1321) and SHA-224 (FIPS 180-4, RFC 3874).
//!
//! Pure, and without branches that depend on what is hashed. Nothing new is signed with them by default.
#![forbid(unsafe_code)]

/// Octets that one step eats.
pub(super) const BLOCK: usize = 64;

/// How far each of MD5's four rounds turns, step by step.
const TURNS: [[u32; 4]; 4] = [[7, 12, 17, 22], [5, 9, 14, 20], [4, 11, 16, 23], [6, 10, 15, 21]];

/// RFC 1321 section 3.4: the whole part of 2^32 * |sin(i + 1)|.
#[rustfmt::skip]
const SINES: [u32; 64] = [
    0xd76a_a478, 0xe8c7_b756, 0x2420_70db, 0xc1bd_ceee, 0xf57c_0faf, 0x4787_c62a, 0xa830_4613, 0xfd46_9501,
    0x6980_98d8, 0x8b44_f7af, 0xffff_5bb1, 0x895c_d7be, 0x6b90_1122, 0xfd98_7193, 0xa679_438e, 0x49b4_0821,
    0xf61e_2562, 0xc040_b340, 0x265e_5a51, 0xe9b6_c7aa, 0xd62f_105d, 0x0244_1453, 0xd8a1_e681, 0xe7d3_fbc8,
    0x21e1_cde6, 0xc337_07d6, 0xf4d5_0d87, 0x455a_14ed, 0xa9e3_e905, 0xfcef_a3f8, 0x676f_02d9, 0x8d2a_4c8a,
    0xfffa_3942, 0x8771_f681, 0x6d9d_6122, 0xfde5_380c, 0xa4be_ea44, 0x4bde_cfa9, 0xf6bb_4b60, 0xbebf_bc70,
    0x289b_7ec6, 0xeaa1_27fa, 0xd4ef_3085, 0x0488_1d05, 0xd9d4_d039, 0xe6db_99e5, 0x1fa2_7cf8, 0xc4ac_5665,
    0xf429_2244, 0x432a_ff97, 0xab94_23a7, 0xfc93_a039, 0x655b_59c3, 0x8f0c_cc92, 0xffef_f47d, 0x8584_5dd1,
    0x6fa8_7e4f, 0xfe2c_e6e0, 0xa301_4314, 0x4e08_11a1, 0xf753_7e82, 0xbd3a_f235, 0x2ad7_d2bb, 0xeb86_d391,
];

/// FIPS 180-4 section 4.2.2: the first bits of the fractions of the cube roots of the first primes.
#[rustfmt::skip]
const ROOTS: [u32; 64] = [
    0x428a_2f98, 0x7137_4491, 0xb5c0_fbcf, 0xe9b5_dba5, 0x3956_c25b, 0x59f1_11f1, 0x923f_82a4, 0xab1c_5ed5,
    0xd807_aa98, 0x1283_5b01, 0x2431_85be, 0x550c_7dc3, 0x72be_5d74, 0x80de_b1fe, 0x9bdc_06a7, 0xc19b_f174,
    0xe49b_69c1, 0xefbe_4786, 0x0fc1_9dc6, 0x240c_a1cc, 0x2de9_2c6f, 0x4a74_84aa, 0x5cb0_a9dc, 0x76f9_88da,
    0x983e_5152, 0xa831_c66d, 0xb003_27c8, 0xbf59_7fc7, 0xc6e0_0bf3, 0xd5a7_9147, 0x06ca_6351, 0x1429_2967,
    0x27b7_0a85, 0x2e1b_2138, 0x4d2c_6dfc, 0x5338_0d13, 0x650a_7354, 0x766a_0abb, 0x81c2_c92e, 0x9272_2c85,
    0xa2bf_e8a1, 0xa81a_664b, 0xc24b_8b70, 0xc76c_51a3, 0xd192_e819, 0xd699_0624, 0xf40e_3585, 0x106a_a070,
    0x19a4_c116, 0x1e37_6c08, 0x2748_774c, 0x34b0_bcb5, 0x391c_0cb3, 0x4ed8_aa4a, 0x5b9c_ca4f, 0x682e_6ff3,
    0x748f_82ee, 0x78a5_636f, 0x84c8_7814, 0x8cc7_0208, 0x90be_fffa, 0xa450_6ceb, 0xbef9_a3f7, 0xc671_78f2,
];

/// 16 octets.
pub(super) fn md5(message: &[u8]) -> Vec<u8> {
    let mut state: [u32; 4] = [0x6745_2301, 0xefcd_ab89, 0x98ba_dcfe, 0x1032_5476];
    for block in padded(message, u64::to_le_bytes).chunks_exact(BLOCK) {
        let words = words(block, u32::from_le_bytes);
        let [mut a, mut b, mut c, mut d] = state;
        for step in 0..64 {
            let round = step / 16;
            let (mixed, place) = match round {
                0 => (b & c | !b & d, step),
                1 => (b & d | c & !d, 5 * step + 1),
                2 => (b ^ c ^ d, 3 * step + 5),
                _ => (c ^ (b | !d), 7 * step),
            };
            let sum = a.wrapping_add(mixed).wrapping_add(words[place % 16]).wrapping_add(SINES[step]);
            (a, d, c, b) = (d, c, b, b.wrapping_add(sum.rotate_left(TURNS[round][step % 4])));
        }
        add(&mut state, &[a, b, c, d]);
    }
    state.into_iter().flat_map(u32::to_le_bytes).collect()
}

/// 28 octets.
#[expect(clippy::many_single_char_names, reason = "the names of FIPS 180-4")]
pub(super) fn sha224(message: &[u8]) -> Vec<u8> {
    let mut state: [u32; 8] =
        [0xc105_9ed8, 0x367c_d507, 0x3070_dd17, 0xf70e_5939, 0xffc0_0b31, 0x6858_1511, 0x64f9_8fa7, 0xbefa_4fa4];
    for block in padded(message, u64::to_be_bytes).chunks_exact(BLOCK) {
        let mut words = words(block, u32::from_be_bytes);
        let [mut a, mut b, mut c, mut d, mut e, mut f, mut g, mut h] = state;
        for step in 0..64 {
            let turned = e.rotate_right(6) ^ e.rotate_right(11) ^ e.rotate_right(25);
            let word = words[step % 16];
            let sum = [turned, e & f ^ !e & g, ROOTS[step], word].into_iter().fold(h, u32::wrapping_add);
            let other = a.rotate_right(2) ^ a.rotate_right(13) ^ a.rotate_right(22);
            let most = a & b ^ a & c ^ b & c;
            (h, g, f, e) = (g, f, e, d.wrapping_add(sum));
            (d, c, b, a) = (c, b, a, sum.wrapping_add(other).wrapping_add(most));
            // the word of sixteen steps later takes this one's place
            let (early, late) = (words[(step + 1) % 16], words[(step + 14) % 16]);
            let early = early.rotate_right(7) ^ early.rotate_right(18) ^ early >> 3;
            let late = late.rotate_right(17) ^ late.rotate_right(19) ^ late >> 10;
            words[step % 16] = word.wrapping_add(early).wrapping_add(words[(step + 9) % 16]).wrapping_add(late);
        }
        add(&mut state, &[a, b, c, d, e, f, g, h]);
    }
    state.into_iter().take(7).flat_map(u32::to_be_bytes).collect()
}

/// The message, a bit, zeros, and its length in bits.
fn padded(message: &[u8], length: fn(u64) -> [u8; 8]) -> Vec<u8> {
    let mut all = [message, &[0x80]].concat();
    all.resize((all.len() + 8).next_multiple_of(BLOCK) - 8, 0);
    all.extend(length(message.len() as u64 * 8));
    all
}

fn words(block: &[u8], word: fn([u8; 4]) -> u32) -> [u32; 16] {
    let mut words = [0; 16];
    for (place, four) in words.iter_mut().zip(block.chunks_exact(4)) {
        *place = word([four[0], four[1], four[2], four[3]]);
    }
    words
}

fn add(state: &mut [u32], turned: &[u32]) {
    for (word, more) in state.iter_mut().zip(turned) {
        *word = word.wrapping_add(*more);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fmt::Write as _;

    fn hex(bytes: &[u8]) -> String {
        bytes.iter().fold(String::new(), |mut text, byte| {
            write!(text, "{byte:02x}").unwrap();
            text
        })
    }

    #[test]
    fn the_hashes_are_those_of_rfc_1321_and_rfc_3874() {
        assert_eq!(hex(&md5(b"")), "d41d8cd98f00b204e9800998ecf8427e");
        assert_eq!(hex(&md5(b"message digest")), "f96b697d7cb7938d525a2f31aaf161d0");
        let digits = "1234567890".repeat(8);
        assert_eq!(hex(&md5(digits.as_bytes())), "57edf4a22be3c955ac49da2e2107b67a");
        assert_eq!(hex(&sha224(b"abc")), "23097d223405d8228642a477bda255b32aadbce4bda0b3f7e36c9da7");
        let two_blocks = b"abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq";
        assert_eq!(hex(&sha224(two_blocks)), "75388b16512776cc5dba5da1fd890150b0c6455cb4f58b1952522525");
        let million = vec![b'a'; 1_000_000];
        assert_eq!(hex(&sha224(&million)), "20794655980c91d8bbb4c1ea97618a4bf03f42581948b2ee4ee7ad67");
    }
}
