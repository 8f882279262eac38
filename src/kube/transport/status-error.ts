import type { IncomingHttpHeaders } from 'node:http';
import { KubeError } from '../errors.ts';
import type { StatusCause } from '../errors.ts';
import { isRecord } from '../json.ts';

/** Enough of a text that is no Status (a proxy's, an overloaded server's) to recognise it. */
const shownTextCharacters = 200;

interface FailedResponse {
  /** What was tried, such as `GET /api/v1/pods`. */
  readonly tried: string;
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
}

/** Turns a response of 300 and above into the error that callers see. */
export function statusError(response: FailedResponse): KubeError {
  const status = parseStatus(response.text);
  const reason = text(status['reason']) ?? '';
  const said = text(status['message']) ?? response.text.slice(0, shownTextCharacters).trim();
  return new KubeError(
    `${response.tried} failed: ${said === '' ? 'no message' : said} (${[response.status, reason].join(' ').trim()})`,
    {
      code: 'Status',
      status: response.status,
      reason,
      causes: causesOf(status),
      retryAfterSeconds: retryAfterSeconds(response.headers, status),
    },
  );
}

/** An ERROR event of a watch carries a metav1.Status in place of an HTTP response. */
export function streamError(tried: string, status: unknown): KubeError {
  const fields = isRecord(status) ? status : {};
  const code = typeof fields['code'] === 'number' ? fields['code'] : 500;
  return statusError({ tried, status: code, headers: {}, text: JSON.stringify(fields) });
}

function parseStatus(body: string): Record<string, unknown> {
  try {
    const parsed: unknown = JSON.parse(body);
    return isRecord(parsed) ? parsed : {};
  } catch {
    return {};
  }
}

function causesOf(status: Record<string, unknown>): StatusCause[] {
  const { details } = status;
  const causes: unknown = isRecord(details) ? details['causes'] : undefined;
  if (!Array.isArray(causes)) return [];
  return causes.filter(isRecord).map(({ reason, message, field }) => ({
    ...(typeof reason === 'string' ? { reason } : {}),
    ...(typeof message === 'string' ? { message } : {}),
    ...(typeof field === 'string' ? { field } : {}),
  }));
}

/** The header, in seconds (the API server sends no dates), or else what the Status says. */
function retryAfterSeconds(headers: IncomingHttpHeaders, status: Record<string, unknown>): number | undefined {
  const header = Number(headers['retry-after'] ?? Number.NaN);
  if (Number.isFinite(header) && header >= 0) return header;

  const { details } = status;
  const detail = isRecord(details) ? details['retryAfterSeconds'] : undefined;
  return typeof detail === 'number' && detail > 0 ? detail : undefined;
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}
