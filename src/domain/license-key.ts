/** The key that makes the licence to an image one that a customer holds once: the `exclusive` of its hold. */
export function licenseKey(imageId: string): string {
  return `license:${imageId}`;
}
