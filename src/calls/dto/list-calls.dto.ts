import { PageQueryDto } from '../../common/pagination/cursor.js';
import { EnumField } from '../../common/validation/fields.js';
import { CALL_STATES, type CallState } from '../call-state.js';

/** Query of `GET /api/calls`. */
export class ListCallsDto extends PageQueryDto {
  @EnumField(CALL_STATES, {
    optional: true,
    description:
      'Only calls that came out like this for me; `missed` are all that I did not answer in time, cancelled ones and those that found me busy included',
  })
  state?: CallState;
}
