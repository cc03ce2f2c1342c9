import { Parser } from 'htmlparser2';

/**
 * Sees tags one by one and remembers none as open but a title: the parser's list of open elements would
 * make a page of nothing but opening tags cost the square of its length.
 */
export class FlatParser extends Parser {
  protected override isVoidElement(name: string): boolean {
    return name !== 'title';
  }
}
