import { DEFAULT_PAGE, MAX_PAGE } from '../../common/pagination/cursor.js';
import { IntQueryField } from '../../common/validation/fields.js';
import { HotPayload } from '../../common/validation/hot-payload.js';

/** Which page of a chat's messages; at most one of `before`, `after`, `around`, without any the latest. */
@HotPayload()
export class HistoryQueryDto {
  @IntQueryField({
    min: 0,
    optional: true,
    description: 'Messages with a lower seq, the nearest first to come',
  })
  before?: number;

  @IntQueryField({ min: 0, optional: true, description: 'Messages with a higher seq' })
  after?: number;

  @IntQueryField({ min: 1, optional: true, description: 'The message with this seq and its neighbours' })
  around?: number;

  @IntQueryField({ min: 1, max: MAX_PAGE, optional: true, default: DEFAULT_PAGE })
  limit?: number;
}
