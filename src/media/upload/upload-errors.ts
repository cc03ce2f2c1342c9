import { AppError, ConflictError, ValidationError } from '../../common/errors/app-error.js';

/** How an upload can fail that is the caller's to mend. */
export const uploadErrors = {
  notAForm: () =>
    new AppError('UNSUPPORTED_MEDIA_TYPE', 'Send the file as multipart/form-data, in the field "file"'),
  malformed: () =>
    ValidationError.of('body', 'multipart', 'The request could not be read: its body must be a whole form'),
  missing: () => ValidationError.of('file', 'required', 'A file is required, in the field "file"'),
  empty: () => ValidationError.of('file', 'notEmpty', 'The file is empty'),
  single: () => ValidationError.of('file', 'single', 'Send one file per request'),
  unknownField: (field: string) => {
    const shown = field.slice(0, 100).toWellFormed();
    return ValidationError.of(shown, 'whitelistValidation', `${shown} is not a known field`);
  },
  tooLarge: (maxBytes: number) =>
    new AppError('PAYLOAD_TOO_LARGE', `A file can have ${maxBytes} bytes at most`, { maxBytes }),
  overQuota: (quotaBytes: number) =>
    new AppError(
      'PAYLOAD_TOO_LARGE',
      'Your storage is full: delete messages with files that you do not need',
      {
        quotaBytes,
      },
    ),
  keyInUse: () => new ConflictError('This Idempotency-Key was used for another upload: make a new key'),
  aborted: () => new AppError('VALIDATION', 'The upload broke off'),
  unreadableImage: () =>
    ValidationError.of('file', 'readableImage', 'The image is broken or of a kind that can not be read'),
  tooManyPixels: (maxPixels: number) =>
    ValidationError.of(
      'file',
      'maxPixels',
      `An image can have ${maxPixels} pixels at most, all frames together`,
    ),
  notAudio: () => ValidationError.of('kind', 'isAudio', 'A voice note must be audio'),
  notAnImage: () => new AppError('UNSUPPORTED_MEDIA_TYPE', 'A picture must be JPEG, PNG, WebP, GIF or AVIF'),
};
