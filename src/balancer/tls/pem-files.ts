import { createPrivateKey, type KeyObject, X509Certificate } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { systemErrorCode } from '../system-error.ts';

/** The fields of a listener that name PEM files. */
export type PemField = 'certificateFile' | 'keyFile' | 'clientCaFile' | 'caFile';

/** Absolute paths. */
export type PemFiles = { readonly [field in PemField]?: string | undefined };

/** What stands in them. */
export type PemTexts = PemFiles;

export type ReadText = (path: string) => Promise<string>;

const readText: ReadText = (path) => readFile(path, 'utf8');

/** A file that TLS needs cannot be used. The sentence names the file, and never holds what stands in it. */
export class PemError extends Error {
  override readonly name = 'PemError';
  readonly field: PemField;

  constructor(field: PemField, sentence: string) {
    super(sentence);
    this.field = field;
  }
}

const fields: readonly PemField[] = ['certificateFile', 'keyFile', 'clientCaFile', 'caFile'];

/** Reads the files. @throws {PemError} */
export async function readPemFiles(files: PemFiles, read: ReadText = readText): Promise<PemTexts> {
  const texts: { [field in PemField]?: string } = {};
  for (const field of fields) {
    const path = files[field];
    if (path === undefined) continue;
    try {
      texts[field] = await read(path);
    } catch (error) {
      throw new PemError(field, `could not read ${path}: ${systemErrorCode(error) ?? String(error)}`);
    }
  }
  return texts;
}

/** Whether the texts are what they should be, and the key is the one of the certificate. @throws {PemError} */
export function checkPemTexts(files: PemFiles, texts: PemTexts): void {
  for (const field of ['clientCaFile', 'caFile'] as const) {
    const text = texts[field];
    if (text !== undefined) certificateIn(text, field, files);
  }
  const { certificateFile, keyFile } = texts;
  if (certificateFile === undefined || keyFile === undefined) return;
  const certificate = certificateIn(certificateFile, 'certificateFile', files);
  if (certificate.checkPrivateKey(keyIn(keyFile, files))) return;
  throw new PemError('keyFile', `the key in ${files.keyFile} is not the one of ${files.certificateFile}`);
}

function certificateIn(text: string, field: PemField, files: PemFiles): X509Certificate {
  try {
    return new X509Certificate(text);
  } catch {
    throw new PemError(field, `there is no certificate in PEM in ${files[field]}`);
  }
}

function keyIn(text: string, files: PemFiles): KeyObject {
  try {
    return createPrivateKey(text);
  } catch {
    const what = text.includes('ENCRYPTED')
      ? 'is encrypted: store it without a passphrase'
      : 'is no private key in PEM';
    throw new PemError('keyFile', `${files.keyFile} ${what}`);
  }
}
