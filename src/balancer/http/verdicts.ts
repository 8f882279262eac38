/**
 * What a reader of octets answers when it cannot give the index behind what it read. Numbers, so that one return value serves for all
 * these answers and nothing is made for it.
 */
export const incomplete = -1;
export const malformed = -2;
/** Well-formed so far, and more than we take. */
export const tooLarge = -3;
