import { describe, expect, it } from 'vitest';

import { toEmoji } from './emoji.js';

describe('toEmoji', () => {
  it.each(['👍', '👍🏽', '❤️', '👨‍👩‍👧', '🏳️‍🌈', '🇩🇪', '🏴󠁧󠁢󠁥󠁮󠁧󠁿', '1️⃣', '©️'])('should take %s as it is', (text) => {
    expect(toEmoji(text)).toBe(text);
  });

  it('should complete an emoji that lacks its presentation selector', () => {
    expect(toEmoji('\u2764')).toBe('\u2764\uFE0F');
  });

  it.each(['', 'a', '1', '#', ' ', '👍👍', '👍 ', 'a👍', '🇩', '\uFE0F', '\u200D', '<b>', '👍\n'])(
    'should refuse %j',
    (text) => {
      expect(toEmoji(text)).toBeNull();
    },
  );

  it('should refuse an endless sequence without reading it', () => {
    expect(toEmoji('👨‍'.repeat(100_000))).toBeNull();
  });
});
