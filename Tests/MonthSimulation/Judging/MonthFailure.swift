/// Why a month could not be brought to its end.
struct MonthFailure: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) { self.description = description }
}
