extension String {
    /// For a segment of a path, or a value of a query: everything but letters, digits and a few marks as %XX.
    ///
    /// - Parameter kept: Marks that mean nothing where it stands.
    func percentEncoded(keeping kept: String = "") -> String {
        let digits = Array("0123456789ABCDEF")
        var result = ""
        for byte in self.utf8 {
            let character = Character(Unicode.Scalar(byte))
            if byte < 0x80, character.isLetter || character.isNumber || "-._~@".contains(character) || kept.contains(character) {
                result.append(character)
            } else {
                result += "%\(digits[Int(byte >> 4)])\(digits[Int(byte & 15)])"
            }
        }
        return result
    }
}
