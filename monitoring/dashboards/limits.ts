/** What a plan or a limit says is drawn otherwise than what is measured, told by its name in the legend. */
export function isLimit(legend: string): boolean {
  return /^(planned|limit|at most.*|oldest go at|scale out at)$/.test(legend);
}
