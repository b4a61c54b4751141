//! Bytes to chunks and back: compressed with zstd, cut into pieces that fit an item, put together again whole or not at all.

use std::io::Read;

use bytes::Bytes;

use crate::ReplicaError;

/// The most that one C or M item holds. DynamoDB ends an item at 400 KB with its attribute names and keys.
pub const CHUNK_BYTES: usize = 350 * 1024;
/// The longest body: 4 MiB by contract, and some slack so that the replica is not the one that draws that line.
pub const BODY_BYTES: usize = 4 * 1024 * 1024 + 64 * 1024;
/// The longest manifest. It repeats the source's name in each entry, so it may be several times its config.
pub const MANIFEST_BYTES: usize = 32 * 1024 * 1024;

const LEVEL: i32 = 3;
/// 2^25 bytes: no frame of ours needs a larger window, so a damaged one can't ask for it.
const WINDOW_LOG: u32 = 25;

pub(crate) fn compress(operation: &'static str, plain: &[u8], limit: usize) -> Result<Bytes, ReplicaError> {
    if plain.len() > limit {
        return Err(ReplicaError::permanent(operation, format!("{} bytes are more than the {limit} that readers take", plain.len())));
    }
    zstd::bulk::compress(plain, LEVEL).map(Bytes::from).map_err(|error| ReplicaError::permanent(operation, error))
}

/// Cuts compressed bytes into chunks; there is always at least one, so that a chunk count of 0 can mean "inline".
pub(crate) fn split(packed: &Bytes) -> Vec<Bytes> {
    let starts = (0..packed.len().max(1)).step_by(CHUNK_BYTES);
    starts.map(|start| packed.slice(start..packed.len().min(start + CHUNK_BYTES))).collect()
}

/// Undoes [`compress`]. Never makes more than `limit` bytes, whatever the input claims to hold.
pub(crate) fn decompress(operation: &'static str, packed: &[u8], limit: usize) -> Result<Bytes, ReplicaError> {
    let broken = |error: std::io::Error| ReplicaError::permanent(operation, format!("the stored bytes are damaged: {error}"));
    let mut decoder = zstd::stream::read::Decoder::with_buffer(packed).map_err(broken)?;
    decoder.window_log_max(WINDOW_LOG).map_err(broken)?;
    let mut plain = Vec::new();
    decoder.take(limit as u64 + 1).read_to_end(&mut plain).map_err(broken)?;
    if plain.len() > limit {
        return Err(ReplicaError::permanent(operation, format!("the stored bytes unpack to more than {limit}")));
    }
    Ok(plain.into())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn joined(chunks: &[Bytes]) -> Vec<u8> {
        chunks.concat()
    }

    #[test]
    fn chunks_are_as_few_as_can_be() {
        let counts = [0, 1, CHUNK_BYTES, CHUNK_BYTES + 1, 2 * CHUNK_BYTES].map(|length| split(&Bytes::from(vec![7; length])).len());
        assert_eq!(counts, [1, 1, 1, 2, 2]);
    }

    #[test]
    fn a_bomb_is_refused_before_it_fills_memory() {
        let bomb = zstd::bulk::compress(&vec![0; 8 * 1024 * 1024], 19).unwrap();
        assert!(bomb.len() < 2_000);
        let refused = decompress("load", &bomb, BODY_BYTES).unwrap_err();
        assert!(refused.to_string().contains("unpack to more than"), "{refused}");
    }

    #[test]
    fn half_a_frame_is_refused() {
        let packed = compress("write", &vec![3; 10_000], BODY_BYTES).unwrap();
        decompress("load", &packed[..packed.len() - 1], BODY_BYTES).unwrap_err();
        decompress("load", b"not zstd at all", BODY_BYTES).unwrap_err();
    }

    #[test]
    fn what_readers_would_refuse_is_not_written() {
        compress("write", &vec![0; BODY_BYTES + 1], BODY_BYTES).unwrap_err();
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]
        #[test]
        fn whatever_is_chunked_comes_back_whole(seed: u64, length in 0_usize..1_200_000, alphabet in 1_u64..=256) {
            let mut state = seed | 1;
            let plain: Vec<u8> = (0..length)
                .map(|_| {
                    state ^= state << 13;
                    state ^= state >> 7;
                    state ^= state << 17;
                    (state % alphabet) as u8
                })
                .collect();
            let packed = compress("write", &plain, BODY_BYTES).unwrap();
            let chunks = split(&packed);
            prop_assert!(chunks.iter().all(|chunk| chunk.len() <= CHUNK_BYTES));
            prop_assert_eq!(decompress("load", &joined(&chunks), BODY_BYTES).unwrap(), plain);
        }
    }
}
