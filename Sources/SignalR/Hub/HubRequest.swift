import NIOCore
import NIOHTTP1

/// The request of a client, as far as a hub may want to know it.
///
/// It is kept as long as the connection, in one piece of text, and taken apart when somebody asks. Its description is the
/// path alone: queries and headers hold tokens.
public struct HubRequest: Sendable, CustomStringConvertible {
    /// The target, and one line for each header.
    private let text: String
    private let remote: SocketAddress?

    init(head: HTTPRequestHead, remoteAddress: SocketAddress?) {
        // As many of these are kept as there are connections, so no byte more than it takes.
        let headers = head.headers.filter { !Self.isOfTheConnection($0.name) }
        var text = ""
        text.reserveCapacity(headers.reduce(head.uri.utf8.count) { $0 + $1.name.utf8.count + $1.value.utf8.count + 2 })
        text += head.uri
        for (name, value) in headers {
            text += "\n"
            text += name
            text += ":"
            text += value
        }
        self.text = text
        self.remote = remoteAddress
    }

    /// The path, without the query.
    public var path: String { String(self.target.prefix { $0 != "?" }) }

    /// The first item of this name in the query, decoded. Upper and lower case of the name do not matter.
    public func query(_ name: String) -> String? { QueryItems(of: self.target)[name] }

    /// The first header of this name. Upper and lower case do not matter.
    public func header(_ name: String) -> String? {
        for line in self.text.utf8.split(separator: UInt8(ascii: "\n")).dropFirst() {
            guard let colon = line.firstIndex(of: UInt8(ascii: ":")) else { continue }
            if line[..<colon].equalsIgnoringCase(name.utf8) {
                return String(line[line.index(after: colon)...])
            }
        }
        return nil
    }

    /// The bearer token: of the `Authorization` header or else, since browsers cannot set it, of the query `access_token`.
    public var bearerToken: String? {
        guard let authorization = self.header("Authorization") else { return self.query("access_token") }
        let scheme = authorization.utf8.prefix(7)
        guard scheme.equalsIgnoringCase("bearer ".utf8) else { return nil }
        return String(authorization.dropFirst(7).drop { $0 == " " })
    }

    /// The address of the peer, which may be a proxy; `nil` where there is none.
    public var remoteAddress: String? { self.remote?.ipAddress }

    public var description: String { self.path }

    private var target: Substring { self.text.prefix { $0 != "\n" } }

    /// Headers that nobody needs once there is a connection.
    private static func isOfTheConnection(_ name: String) -> Bool {
        switch name.utf8.count {
        case 7: name.utf8.equalsIgnoringCase("upgrade".utf8)
        case 10: name.utf8.equalsIgnoringCase("connection".utf8)
        default: name.utf8.prefix(14).equalsIgnoringCase("sec-websocket-".utf8)
        }
    }
}
