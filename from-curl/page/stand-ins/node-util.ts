/** Nothing is inspected in a page. */
export const inspect = { custom: Symbol('inspect') };
