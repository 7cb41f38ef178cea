/** Floor 0: things that know nothing of containers or kernels. */

export { ArchiveError, located } from "./archive-error.ts";
export { AssertionFailure, assert, unreachable } from "./assert.ts";
export { base64, base64Bytes } from "./base64.ts";
export { concat, equal, NO_BYTES, toHex } from "./bytes.ts";
export { ChunkReader } from "./chunk-reader.ts";
export { type Bytes, Chunks, wholeOf } from "./chunks.ts";
export { Bunzip2, bunzip2 } from "./compression/bunzip2.ts";
export { Bzip2 } from "./compression/bzip2.ts";
export { crc32 } from "./compression/crc32.ts";
export {
  type DeflateLevel,
  Deflater,
  deflate,
  gunzip,
  gunzipStart,
  gzip,
  gzipHeaderLength,
  isGzip,
} from "./compression/deflate.ts";
export { Inflater, inflate } from "./compression/inflate.ts";
export { Uncompress } from "./compression/uncompress.ts";
export { Unxz, unlzma, unxz } from "./compression/unxz.ts";
export {
  type DnsMessage,
  type DnsQuestion,
  type DnsRecord,
  type DnsType,
  decodeDns,
  encodeDns,
} from "./dns-message.ts";
export { drawTree } from "./draw-tree.ts";
export { Emitter } from "./emitter.ts";
export { compactJson, endOfJsonValue, escapeHtml, parseJson } from "./go/json.ts";
export { atoi, parseBool, parseInteger, parseUnsigned, readUnsigned } from "./go/number.ts";
export { quote } from "./go/quote.ts";
export { problemOf, readOr, ValueError } from "./go/value-error.ts";
export { INSPECT } from "./inspect.ts";
export {
  addToIp,
  anyAddress,
  bitsOf,
  canonicalIp,
  compareIp,
  familyOf,
  formatIp,
  type IpFamily,
  type IpPrefix,
  inPrefix,
  ipBytes,
  ipNumber,
  isAny,
  isLoopback,
  isMulticast,
  lastOf,
  mappedIp,
  netmask,
  networkOf,
  parsePrefix,
  unmappedIp,
} from "./ip.ts";
export { knownWord } from "./known-word.ts";
export { omit } from "./omit.ts";
export { orNull } from "./or-null.ts";
export { ownFunction } from "./own-function.ts";
export { ownValue } from "./own-value.ts";
export { basename, clean, dirname, join } from "./path.ts";
export { protobufField, protobufInteger } from "./protobuf.ts";
export { remembering, rememberingEach } from "./remembering.ts";
export { Ring } from "./ring.ts";
export { RingSlots } from "./ring-slots.ts";
export { copyData, isNested, isSameData } from "./same-data.ts";
export { Hasher, sha256 } from "./sha256.ts";
export { SmallMap } from "./small-map.ts";
export { SmallSet } from "./small-set.ts";
export { sortKeys } from "./sort-keys.ts";
export { StatusError, type StatusKind } from "./status-error.ts";
export { type Attributes, element, label, picture } from "./svg.ts";
export {
  BLOCK_SIZE,
  END_OF_TAR,
  firstTarHeader,
  NO_XATTRS,
  packTar,
  paddingOf,
  readTar,
  readTarInChunks,
  TarDecoder,
  type TarEntry,
  type TarFormat,
  type TarHeader,
  type TarStep,
  type TarType,
  TYPE_FLAGS,
  tarChunks,
  tarHeader,
} from "./tar/tar.ts";
export { byteLength, byteString, compareBytes, decode, encode, fromByteString, fromLatin1, latin1 } from "./text.ts";
