import { mongo } from 'mongoose';

/**
 * Of commands that the driver tries once, whose connection broke or whose server refused, as one on its way out does.
 * What else it repeats by itself.
 */
export function isWorthAnotherTry(error: unknown): boolean {
  return error instanceof mongo.MongoNetworkError || error instanceof mongo.MongoServerError;
}
