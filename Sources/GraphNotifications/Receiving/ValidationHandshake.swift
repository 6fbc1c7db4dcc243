/// The question Graph asks before it trusts a URL: can you repeat this token?
///
/// Anybody may ask, so answering has no effect, and only what no browser could take for a page is repeated.
enum ValidationHandshake: Equatable {
    /// The request is not a handshake.
    case none
    /// Answer with this token.
    case echo(String)
    /// A token that Graph would not send.
    case refuse

    /// - Parameters:
    ///   - uri: Path and query, as they stand in the request line.
    ///   - maximumTokenSize: The longest token that is repeated, in bytes after decoding.
    init(uri: String, maximumTokenSize: Int) {
        guard let value = Self.value(of: "validationToken", in: uri) else {
            self = .none
            return
        }
        guard let token = Self.formDecoded(value), !token.isEmpty, token.utf8.count <= maximumTokenSize,
            token.unicodeScalars.allSatisfy(Self.isHarmless)
        else {
            self = .refuse
            return
        }
        self = .echo(token)
    }

    /// The first value of this parameter, still encoded.
    private static func value(of name: String, in uri: String) -> Substring.UTF8View? {
        let bytes = uri.utf8
        guard let question = bytes.firstIndex(of: UInt8(ascii: "?")) else { return nil }
        for parameter in bytes[bytes.index(after: question)...].split(separator: UInt8(ascii: "&")) {
            guard let equals = parameter.firstIndex(of: UInt8(ascii: "=")) else {
                if parameter.elementsEqual(name.utf8) { return parameter.suffix(0) }
                continue
            }
            if parameter[..<equals].elementsEqual(name.utf8) { return parameter[parameter.index(after: equals)...] }
        }
        return nil
    }

    /// Decodes `application/x-www-form-urlencoded`: `+` is a space, `%` without two digits behind it stands for itself.
    ///
    /// - Returns: `nil` if the result is not UTF-8.
    private static func formDecoded(_ text: Substring.UTF8View) -> String? {
        var result: [UInt8] = []
        result.reserveCapacity(text.count)
        var index = text.startIndex
        while index < text.endIndex {
            let byte = text[index]
            index = text.index(after: index)
            if byte == UInt8(ascii: "%"), let end = text.index(index, offsetBy: 2, limitedBy: text.endIndex),
                let high = text[index].hexValue, let low = text[text.index(after: index)].hexValue
            {
                result.append(high << 4 | low)
                index = end
            } else {
                result.append(byte == UInt8(ascii: "+") ? UInt8(ascii: " ") : byte)
            }
        }
        return String(validating: result, as: UTF8.self)
    }

    private static func isHarmless(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar {
        case "<", ">", "\u{0}"..."\u{1F}", "\u{7F}"..."\u{9F}": false
        default: true
        }
    }
}

extension UInt8 {
    /// The value of an ASCII hexadecimal digit.
    var hexValue: UInt8? {
        switch self {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): self - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): self - UInt8(ascii: "a") + 10
        case UInt8(ascii: "A")...UInt8(ascii: "F"): self - UInt8(ascii: "A") + 10
        default: nil
        }
    }
}
