/** Undoes a registration. */
export type Off = () => void;
