/** Spread over 256 folders by the end of the id, which counts up. */
const folderOf = (id: string) => id.slice(-2);

export const fileKey = (id: string): string => `${folderOf(id)}/${id}`;

export const thumbnailKey = (id: string): string => `${folderOf(id)}/${id}.thumbnail`;
