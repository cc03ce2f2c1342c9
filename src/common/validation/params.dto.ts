import { IdField } from './fields.js';

/** `:id` of a route. */
export class IdParamsDto {
  @IdField()
  id: string;
}

/** `:userId` of a route. */
export class UserIdParamsDto {
  @IdField()
  userId: string;
}

/** `:id` and `:userId` of a route below a chat. */
export class IdAndUserIdParamsDto extends IdParamsDto {
  @IdField()
  userId: string;
}
