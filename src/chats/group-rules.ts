import { ForbiddenError } from '../common/errors/app-error.js';
import { NotAMemberError } from './chat-access.js';
import type { Circle } from './log/chat-profile.js';
import type { ChatState } from './log/chat-state.js';

/*
 * Who may do what in a group, asked inside a draft: on the very state that the change will stand on, so
 * that no setting, role or removal can be overtaken.
 */

export function isAdmin(state: ChatState, userId: string): boolean {
  const role = state.roleOf(userId);
  return role === 'owner' || role === 'admin';
}

export function assertMaySend(state: ChatState, userId: string): void {
  if (!state.has(userId)) throw new NotAMemberError();
  assertWithin(state, userId, state.profile.settings.send, 'Only admins write in this group');
}

export function assertInGroup(state: ChatState, userId: string): void {
  if (!state.has(userId)) throw new NotAMemberError();
  if (state.type === 'direct') throw new ForbiddenError('The two of a direct chat stay as they are');
}

export function assertMayAdd(state: ChatState, userId: string): void {
  assertInGroup(state, userId);
  assertWithin(state, userId, state.profile.settings.addMembers, 'Only admins add people to this group');
}

export function assertMayEditInfo(state: ChatState, userId: string): void {
  assertWithin(state, userId, state.profile.settings.editInfo, 'Only admins change what this group shows');
}

export function assertAdmin(state: ChatState, userId: string, message: string): void {
  assertInGroup(state, userId);
  assertWithin(state, userId, 'admins', message);
}

function assertWithin(state: ChatState, userId: string, circle: Circle, message: string): void {
  if (circle === 'admins' && !isAdmin(state, userId)) throw new ForbiddenError(message);
}
