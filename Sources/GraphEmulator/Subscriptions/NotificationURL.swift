#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// Which URLs may be notified.
enum NotificationURL {
    /// Refuses a URL that cannot be read, or whose scheme or host is not allowed.
    static func check(_ text: String, settings: EmulatedGraph.Settings) throws(GraphRefusal) {
        guard HubEndpoint(text) == nil else { return }
        guard text.utf8.allSatisfy({ (0x21..<0x7F).contains($0) }), let url = URL(string: text),
            let scheme = url.scheme?.lowercased()
        else { throw .invalidURL(text) }
        guard scheme == "https" || scheme == "http" else { throw .unsupportedScheme(scheme) }
        guard let host = url.host, !host.isEmpty, url.user == nil, url.fragment == nil else { throw .invalidURL(text) }
        let isLocal = Loopback.contains(host: host)
        if scheme == "http", settings.requiresHTTPS || !isLocal { throw .unsupportedScheme(scheme) }
        guard isLocal || settings.notifiesOtherHosts else { throw .foreignHost(host) }
    }

    /// The URL of a handshake: the token is another parameter of the query.
    static func appending(validationToken token: String, to url: String) -> String {
        let separator = !url.contains("?") ? "?" : url.hasSuffix("?") || url.hasSuffix("&") ? "" : "&"
        return "\(url)\(separator)validationToken=\(PercentCoding.encodeForm(token))"
    }
}
