/** Style sheets are imported as text and adopted by each view's shadow root. */
declare module "*.css" {
  const text: string;
  export default text;
}
