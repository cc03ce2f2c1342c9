import { IdField } from './fields.js';
import { HotPayload } from './hot-payload.js';

/** `:id` of a route. */
@HotPayload()
export class IdParamsDto {
  @IdField()
  id: string;
}

/** `:userId` of a route. */
@HotPayload()
export class UserIdParamsDto {
  @IdField()
  userId: string;
}

/** `:id` and `:userId` of a route below a chat. */
@HotPayload()
export class IdAndUserIdParamsDto extends IdParamsDto {
  @IdField()
  userId: string;
}
