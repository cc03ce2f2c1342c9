import { Injectable } from '@nestjs/common';

/** One file of the copy that people may take away of what is kept of them. */
export interface ExportedFile {
  /** Within the archive: `contacts.ndjson`, `media/6920f1c2a1b2c3d4e5f60718.jpg`. */
  readonly path: string;
  /** Read as fast as it can be sent, and not to its end when the download breaks off. */
  readonly content: AsyncIterable<string | Uint8Array>;
}

export interface DataExporter {
  /** What the user may see of this part of the server, one file after the other. */
  files(userId: string): Iterable<ExportedFile> | AsyncIterable<ExportedFile>;
}

export interface DataEraser {
  /** For the log. */
  readonly name: string;
  /**
   * Removes what this part of the server keeps of a user whose account is gone. Called again after a crash,
   * and once more in the end for what was still under way: it must do no harm then.
   */
  erase(userId: string): Promise<void>;
}

/**
 * Where each part of the server says how what it keeps of a person is taken along and how it is removed, so
 * that accounts need not know the parts. They come while the modules are made.
 */
@Injectable()
export class PersonalData {
  private readonly exporting: DataExporter[] = [];
  private readonly erasing: DataEraser[] = [];

  addExporter(exporter: DataExporter): void {
    this.exporting.push(exporter);
  }

  addEraser(eraser: DataEraser): void {
    this.erasing.push(eraser);
  }

  get exporters(): readonly DataExporter[] {
    return this.exporting;
  }

  /** What was made last goes first: it builds on the others, and may need them to go. */
  get erasers(): readonly DataEraser[] {
    return this.erasing.toReversed();
  }
}
