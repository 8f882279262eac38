/** Something that a component could do now; a list of them that is empty: it has nothing to do. */
export type Move = () => void;
