/** Cases of earlier runs that showed a difference, as small as they could be made. */
export const keptCases: readonly { readonly name: string; readonly parts: readonly string[] }[] = [
  {
    name: 'an empty line before a request that comes in two reads',
    parts: ['\r', '\nGET /a HTTP/1.1\r\nHost: a\r\n\r\n'],
  },
  {
    name: 'OPTIONS for a server in absolute form, behind another request',
    parts: ['GET /a HTTP/1.1\r\nHost: a\r\n\r\nOPTIONS http://a HTTP/1.1\r\nHost: a\r\n\r\n'],
  },
  {
    name: 'a request where the trailers of another should be',
    parts: [
      'POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\nGET / HTTP/1.1\r\n\r\n',
      'GET /a HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n',
    ],
  },
  {
    name: 'half a trailer that swallows the next request line',
    parts: [
      'POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\nX-S',
      'GET / HTTP/1.1\r\nHost: a\r\n\r\n',
    ],
  },
  {
    name: 'a version that we do not speak, in a read of its own',
    parts: ['HEAD /a HTTP/1.2', '\r\nHost: a\r\nConnection: close\r\n', '\r\n'],
  },
  {
    name: 'a body of DELETE in HTTP/1.0',
    parts: ['DELETE /a HTTP/1.0\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc'],
  },
  {
    name: 'a method that is not registered, behind others',
    parts: [`${'GET /a HTTP/1.1\r\nHost: a\r\n\r\n'.repeat(3)}A!~ /a HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n`],
  },
];
