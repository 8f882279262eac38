/** The product's version; a test holds it equal to package.json's and the chart's. */
export const version = '0.1.0';
