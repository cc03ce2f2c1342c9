import { EnumField } from '../../common/validation/fields.js';

/** The fields of an upload beside its file. */
export class UploadFieldsDto {
  @EnumField(['voice'], { optional: true, description: 'The file is audio, recorded as a voice note' })
  kind?: 'voice';
}
