/** Whether threads of this version of Node.js can listen on one address: https://nodejs.org/api/net.html#serverlistenoptions-callback (`reusePort`). */
export function sharesPorts(nodeVersion: string): boolean {
  const [major = 0, minor = 0] = nodeVersion.split('.').map(Number);
  return major > 23 || (major === 23 && minor >= 1) || (major === 22 && minor >= 12);
}
