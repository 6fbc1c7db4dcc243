/// Columns of words, for a terminal.
enum TextTable {
    private static let gap = 2

    /// Each row as a line, with its columns under each other; the last column is as wide as it likes.
    static func lines(_ rows: [[String]]) -> [String] {
        var widths: [Int] = []
        for row in rows {
            for (column, word) in row.enumerated() {
                if column == widths.count { widths.append(0) }
                widths[column] = max(widths[column], word.count)
            }
        }
        return rows.map { row in
            var line = ""
            for (column, word) in row.enumerated() {
                line += word
                guard row[(column + 1)...].contains(where: { !$0.isEmpty }) else { break }
                line += String(repeating: " ", count: widths[column] - word.count + Self.gap)
            }
            return line
        }
    }
}
