/**
 * Decodes standard base64 with padding (RFC 4648 §4), strictly: Node's own decoder skips what it does not know, so a mangled value would
 * pass. Undefined when the text is not base64.
 */
export function decodeBase64(text: string): Buffer | undefined {
  const isBase64 = text.length % 4 === 0 && /^[A-Za-z0-9+/]*={0,2}$/u.test(text);
  return isBase64 ? Buffer.from(text, 'base64') : undefined;
}

/** UTF-8 (RFC 3629), undefined when the bytes are anything else. */
export function decodeUtf8(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return undefined;
  }
}
