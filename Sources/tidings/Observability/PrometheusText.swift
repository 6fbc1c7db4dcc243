/// How names, labels and numbers are spelled for Prometheus.
enum PrometheusText {
    static let contentType = "text/plain; version=0.0.4; charset=utf-8"

    /// A metric's name: `tidings.relay.updates` is `tidings_relay_updates`.
    static func name(_ label: String, suffix: String = "") -> String {
        let name = self.word(label, allowing: ":")
        return name.hasSuffix(suffix) ? name : name + suffix
    }

    /// The labels as they are written, in the order of their names; empty if there are none.
    static func labels(_ dimensions: [(String, String)]) -> String {
        guard !dimensions.isEmpty else { return "" }
        let labels = dimensions.sorted { $0.0 < $1.0 }
            .map { "\(self.word($0.0, allowing: ""))=\"\(self.escaped($0.1))\"" }
        return "{" + labels.joined(separator: ",") + "}"
    }

    /// Written labels, and one more.
    static func labels(_ labels: String, and name: String, _ value: Double) -> String {
        let one = "\(name)=\"\(self.number(value))\"}"
        return labels.isEmpty ? "{" + one : labels.dropLast() + "," + one
    }

    /// A number, without a fraction if it has none.
    static func number(_ value: Double) -> String {
        if value == .infinity { return "+Inf" }
        if value == -.infinity { return "-Inf" }
        if value.isNaN { return "NaN" }
        return Int64(exactly: value).map(String.init) ?? String(value)
    }

    private static func word(_ text: String, allowing extra: String) -> String {
        var word = ""
        for character in text {
            let isAllowed = character.isASCII && (character.isLetter || character.isNumber)
            word.append(isAllowed || extra.contains(character) ? character : "_")
        }
        return word.first?.isNumber ?? true ? "_" + word : word
    }

    private static func escaped(_ value: String) -> String {
        value.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"").replacing("\n", with: "\\n")
    }
}
