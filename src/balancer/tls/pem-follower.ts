import type { Logger } from '../../kube/logger.ts';
import { checkPemTexts, PemError, type PemFiles, type PemTexts, readPemFiles, type ReadText } from './pem-files.ts';

/** What lives on PEM files, and can go on with others. */
export interface Renewable {
  renew(texts: PemTexts): void;
}

/**
 * Brings what changed in some PEM files to their user. Note: files are read, not watched: a mounted Secret is a link that moves, which no
 * notification tells of. A certificate and its key are two files, of two versions perhaps when they are read in the moment of a change; so
 * nothing is used or complained about before it was read twice.
 */
export class PemFollower {
  private readonly files: PemFiles;
  private readonly user: Renewable;
  private readonly logger: Logger;
  private readonly read: ReadText | undefined;
  /** As of the last look, used or not. */
  private last: string;
  private settled = true;

  constructor(files: PemFiles, texts: PemTexts, user: Renewable, logger: Logger, read?: ReadText) {
    this.files = files;
    this.user = user;
    this.logger = logger;
    this.read = read;
    this.last = JSON.stringify(texts);
  }

  /** Looks once. Never rejects. */
  async look(): Promise<void> {
    const found = await this.find();
    const text = found instanceof PemError ? found.message : JSON.stringify(found);
    const isNew = text !== this.last;
    if (!isNew && this.settled) return;
    this.last = text;
    this.settled = !isNew;
    if (this.settled) this.use(found);
  }

  private async find(): Promise<PemTexts | PemError> {
    try {
      return await readPemFiles(this.files, this.read);
    } catch (error) {
      return asPemError(error);
    }
  }

  private use(found: PemTexts | PemError): void {
    const files = Object.values(this.files);
    try {
      if (found instanceof PemError) throw found;
      checkPemTexts(this.files, found);
      this.user.renew(found);
      this.logger.info({ files }, 'Took over certificates that changed');
    } catch (error) {
      const problem = asPemError(error).message;
      this.logger.error({ files, problem }, 'Refused certificates that changed: those from before stay in force');
    }
  }
}

/** Note: OpenSSL's sentences name what is wrong with a key, never what it is. */
function asPemError(error: unknown): PemError {
  if (error instanceof PemError) return error;
  return new PemError('certificateFile', error instanceof Error ? error.message : String(error));
}
