extension Duration {
    /// Whole milliseconds; the longest there are for anything longer.
    package var milliseconds: Int64 {
        let (product, overflow) = self.components.seconds.multipliedReportingOverflow(by: 1000)
        return overflow ? .max : product + self.components.attoseconds / 1_000_000_000_000_000
    }
}
