const longestBytes = 300;
/** Of what the kubelet keeps. */
const longestRead = 2048;

/**
 * What a person is told of the last words of a gateway: the end of them, because the reason of a failure comes last; in one line, of
 * printable characters, in at most 300 bytes of UTF-8.
 *
 * They may be the tail of its log, and nobody knows what a gateway writes there. So what looks like a secret is left out (guarantee
 * G11): values that are called one, keys in PEM, and long runs of letters and digits such as tokens and encoded configurations.
 */
export function lastWordsOf(message: string | undefined): string {
  const line = withoutSecrets(message?.slice(-longestRead) ?? '')
    .replaceAll(/[^\p{L}\p{M}\p{N}\p{P}\p{S}]+/gu, ' ')
    .trim();
  return lastBytes(line);
}

const hidden = '[hidden]';
const pem = /-----BEGIN [^-]*-----[^-]*(?:-----END [^-]*-----|$)/gu;
const withCredentials = /(?<=:\/\/)[^\s/@]+@/gu;
const authorization = /\b(?<scheme>basic|bearer)\s+\S+/giu;
const named =
  /(?<name>[\w.-]*(?:passw(?:or)?d|passphrase|secret|token|credential|api[-_]?key|private[-_]?key|client[-_]?key)[\w.-]*["']?)(?<is>\s*[:=]\s*|\s+is\s+)(?:"[^"]*"|'[^']*'|\S+)/giu;
const opaque = /(?=[\w+=-]*\d)(?=[\w+=-]*[A-Za-z])[\w+=-]{20,}/gu;

function withoutSecrets(message: string): string {
  return message
    .replaceAll(pem, hidden)
    .replaceAll(withCredentials, `${hidden}@`)
    .replaceAll(named, `$<name>$<is>${hidden}`)
    .replaceAll(authorization, `$<scheme> ${hidden}`)
    .replaceAll(opaque, hidden);
}

/** Note: from the end, and never through the middle of a character. */
function lastBytes(line: string): string {
  if (Buffer.byteLength(line) <= longestBytes) return line;
  const mark = '…';
  let room = longestBytes - Buffer.byteLength(mark);
  const kept: string[] = [];
  for (const character of Array.from(line).reverse()) {
    room -= Buffer.byteLength(character);
    if (room < 0) break;
    kept.push(character);
  }
  return `${mark}${kept.reverse().join('').trimStart()}`;
}
