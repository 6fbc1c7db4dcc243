/// Where a server is that a command speaks to.
enum ServerAddress {
    /// The address without a slash at its end.
    ///
    /// - Parameters:
    ///   - url: What was given.
    ///   - option: By which option it can be given.
    ///   - example: What one looks like.
    static func checked(_ url: String, option: String, example: String) throws(Failure) -> String {
        var url = url
        while url.hasSuffix("/") { url.removeLast() }
        guard url.hasPrefix("http://") || url.hasPrefix("https://") else {
            throw Failure("\(option) must begin with http:// or https://, such as \(example).")
        }
        return url
    }
}
