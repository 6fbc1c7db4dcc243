import AsyncHTTPClient
import NIOCore
import NIOHTTP1

/// Asks a server for a connection, and follows it to where it sends us.
struct Negotiator: Sendable {
    /// How often a server may send us elsewhere.
    static let maximumRedirects = 100
    /// The largest answer that is read, in bytes.
    private static let maximumAnswer = 64 * 1024

    /// Where to connect, and with what.
    struct Place: Sendable, Equatable {
        var address: HubAddress
        /// The connection's token; `nil` without negotiation.
        var connectionToken: String?
        /// What proves who we are.
        var accessToken: String?
        /// Whether that came from whoever sent us here.
        var isTokenGiven = false
        /// Whether the connection may go on over another socket.
        var isStateful = false
    }

    let address: HubAddress
    let configuration: HubClient.Configuration
    let accessToken: (@Sendable () async throws -> String?)?
    let httpClient: HTTPClient

    /// Begins anew from the hub's own address, with a fresh token.
    func negotiate() async throws -> Place {
        var place = Place(address: self.address, accessToken: try await self.accessToken?())
        guard !self.configuration.skipsNegotiation else { return place }
        for _ in 0...Self.maximumRedirects {
            switch try await self.ask(place) {
            case .connection(let token, let isStateful):
                place.connectionToken = token
                place.isStateful = isStateful && self.configuration.usesStatefulReconnect
                return place
            case .redirect(let url, let accessToken):
                guard let address = HubAddress(url) else {
                    throw SignalRClientError(.negotiationFailed, "The server sent us to something that is not an address.")
                }
                place.address = address
                if let accessToken {
                    place.accessToken = accessToken
                    place.isTokenGiven = true
                }
            case .refused(let reason):
                throw SignalRClientError(.negotiationFailed, "The server refused to negotiate: \(reason)")
            case .noWebSockets:
                throw SignalRClientError(
                    .negotiationFailed,
                    "The hub offers no WebSockets that carry \(self.configuration.hubProtocol.rawValue); this client has no other way."
                )
            }
        }
        throw SignalRClientError(.negotiationFailed, "The server sent us elsewhere more than \(Self.maximumRedirects) times.")
    }

    /// The same connection, with a fresh token.
    func renew(_ place: Place) async throws -> Place {
        var place = place
        if !place.isTokenGiven { place.accessToken = try await self.accessToken?() }
        return place
    }

    private func ask(_ place: Place) async throws -> NegotiationAnswer {
        let peer = place.address.authority
        var request = HTTPClientRequest(
            url: place.address.negotiation(isStateful: self.configuration.usesStatefulReconnect)
        )
        request.method = .POST
        request.headers = Self.headers(self.configuration.headers, accessToken: place.accessToken)
        let status: HTTPResponseStatus
        let body: ByteBuffer
        do {
            let response = try await self.httpClient.execute(
                request, timeout: TimeAmount(self.configuration.handshakeTimeout)
            )
            status = response.status
            body = try await response.body.collect(upTo: Self.maximumAnswer)
        } catch let error as HTTPClientError where error == .deadlineExceeded {
            throw SignalRClientError(.timedOut, "There was no answer from \(peer) in time.", cause: error)
        } catch is NIOTooManyBytesError {
            throw SignalRClientError(.negotiationFailed, "What answers at \(peer) is not a hub; check the address.")
        } catch {
            try Task.checkCancellation()
            throw SignalRClientError(
                .unreachable, "There is no connection to \(peer): check the network, the address and its certificate.",
                cause: error
            )
        }
        guard status == .ok else { throw SignalRClientError(status: status, from: peer) }
        guard let answer = NegotiationAnswer(body, format: self.configuration.hubProtocol.isBinary ? "Binary" : "Text") else {
            throw SignalRClientError(.negotiationFailed, "What answers at \(peer) is not a hub; check the address.")
        }
        return answer
    }

    /// What every request carries.
    static func headers(_ own: HTTPHeaders, accessToken: String?) -> HTTPHeaders {
        var headers = own
        headers.replaceOrAdd(name: "X-Requested-With", value: "XMLHttpRequest")
        if !headers.contains(name: "User-Agent") { headers.add(name: "User-Agent", value: "Tidings SignalRClient") }
        if let accessToken { headers.replaceOrAdd(name: "Authorization", value: "Bearer \(accessToken)") }
        return headers
    }
}

extension SignalRClientError {
    /// A status that is not the hoped-for one.
    init(status: HTTPResponseStatus, from peer: String) {
        switch status {
        case .unauthorized:
            self.init(.unauthorized, "The server at \(peer) asks for a token, or for another one.")
        case .forbidden:
            self.init(.unauthorized, "The server at \(peer) does not let this token in.")
        case .notFound:
            self.init(.negotiationFailed, "There is no hub at this path of \(peer); check the address.")
        default:
            self.init(
                status.code >= 500 ? .unreachable : .negotiationFailed,
                "The server at \(peer) answered with status \(status.code)."
            )
        }
    }
}
