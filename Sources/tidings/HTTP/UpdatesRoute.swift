import GraphRelay
import HTTPTypes
import Hummingbird
import HummingbirdCore
import SQLiteStorage
import SignalR

/// `GET /updates`: catching up, and following, without SignalR.
struct UpdatesRoute: Sendable {
    let reader: UpdateReader
    let access: ClientAccess
    /// Milliseconds since 1970.
    var now: @Sendable () -> Int64 = SQLiteStorageConfiguration.systemTime

    func respond(to request: Request) async -> Response {
        do throws(ClientAccess.Refused) {
            let user = try await self.access.user(presenting: request.clientToken, host: request.head.authority)
            return await self.respond(to: request, of: user)
        } catch {
            return switch error {
            case .token:
                .text(.unauthorized, "A token is needed to follow updates.", headers: [.wwwAuthenticate: "Bearer"])
            case .scope: .text(.forbidden, "The token lacks a scope or a claim that is needed to follow updates.")
            case .unavailable:
                .text(
                    .serviceUnavailable, "Tokens cannot be checked at the moment; try again later.",
                    headers: [.retryAfter: "2"]
                )
            case .host:
                .text(.misdirectedRequest, "This server is not known by that name; set http.publicUrl to it.")
            }
        }
    }

    private func respond(to request: Request, of user: HubUser?) async -> Response {
        let topics = Self.topics(in: request)
        let after = Self.cursor(in: request)
        do throws(RelayError) {
            if Self.wantsEvents(request) {
                let events = try self.reader.events(topics: topics, after: after, for: user)
                let headers: HTTPFields = [.contentType: "text/event-stream"]
                guard let expiry = user?.expiresAt else {
                    return Response(status: .ok, headers: headers, body: ResponseBody(asyncSequence: events))
                }
                // Something comes every 15 seconds at least, so it does not outlive the token by more.
                let lasting = events.prefix { [now] _ in now() < expiry }
                return Response(status: .ok, headers: headers, body: ResponseBody(asyncSequence: lasting))
            }
            let page = try await self.reader.page(topics: topics, after: after, for: user)
            return Response(type: "application/json", page)
        } catch {
            return Self.refusal(error)
        }
    }

    static func refusal(_ error: RelayError) -> Response {
        switch error.code {
        case .forbidden: .text(.forbidden, error.message)
        case .invalidRequest: .text(.badRequest, error.message)
        default:
            .text(
                .serviceUnavailable, "The updates cannot be read at the moment; ask again later.",
                headers: [.retryAfter: "2"]
            )
        }
    }

    /// `topics=all,user/0e9a…`, once or several times.
    private static func topics(in request: Request) -> [String] {
        request.uri.queryParameters[values: "topics"].flatMap { $0.split(separator: ",") }.map(String.init)
    }

    /// Where to go on. A browser that reconnects repeats the address it began with: what it says about the last event is newer.
    private static func cursor(in request: Request) -> String? {
        request.headers[.lastEventID] ?? request.uri.queryParameters["after"].map(String.init)
    }

    private static func wantsEvents(_ request: Request) -> Bool {
        request.headers[values: .accept].contains { $0.lowercased().contains("text/event-stream") }
    }
}
