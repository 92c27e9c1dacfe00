/** What a file's header says about its picture. */
export interface PictureHeader {
  /** In pixels as stored, before any orientation. */
  readonly width: number;
  readonly height: number;
  readonly isAnimated: boolean;
  /** More than 8 bits a channel, or a decoder that takes as much memory. */
  readonly isCostly: boolean;
}
