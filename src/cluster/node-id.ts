/** Injects the id of this process, which no other one has or had. */
export const NODE_ID = Symbol('NODE_ID');
