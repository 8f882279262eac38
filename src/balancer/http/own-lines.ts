/** Our name in Via: RFC 9110 §7.6.3. */
const pseudonym = 'gatewaypool';

/** The line that we add to each message. `old`: it came as HTTP/1.0. */
export function viaLine(old: boolean): string {
  return `Via: ${old ? '1.0' : '1.1'} ${pseudonym}\r\n`;
}

/** The lines that offer or accept another protocol: RFC 9110 §7.8. One list of all values, so that it is never longer than what came. */
export function upgradeLines(values: readonly string[]): string {
  return `Connection: upgrade\r\nUpgrade: ${values.join(', ')}\r\n`;
}
