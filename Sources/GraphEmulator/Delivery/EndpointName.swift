/// What makes an endpoint one: the scheme, the host and the path of a URL. Its query does not count.
struct EndpointName: Sendable, Hashable {
    let text: Substring

    init(of url: String) {
        self.text = url.prefix { $0 != "?" }
    }
}
