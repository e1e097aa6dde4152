/*
 * mtc.js: tells a contacttrack server about page views.
 *
 * One file, no dependencies, ES5 syntax. `make tracker` minifies it into
 * wagtail_contacttrack/tracking/script/mtc.min.js; names that begin with an underscore are private
 * and are shortened by that. The server puts a JSON object {"hash": …, "privacy": …} in the place
 * of __OPTIONS__. Nothing in here may be personal, because the file is the same for everybody.
 *
 *  1  Set-up                    the tag, the address of the server, small helpers
 *  2  Storage and consent       localStorage, first-party cookies, opt-out
 *  3  Transport                 fetch, beacon, image
 *  4  Queue                     what could not be sent is kept and sent later
 *  5  Page views                one event id per visit, callbacks, coalescing
 *  6  Navigation                History API, hash, Turbo, htmx, back/forward cache
 *  7  Leaving                   engaged time
 *  8  Commands                  mt('send', 'pageview', …) before and after load
 *  9  MauticJS                  the members that plugins and themes use
 */
(function (window, document, navigator, settings) {
  // 1 -- Set-up -----------------------------------------------------------------------------------

  var MauticJS = (window.MauticJS = window.MauticJS || {});
  var ownTag = document.currentScript || document.querySelector('script[src*="mtc.js"]');

  // The file may be loaded again: by a second snippet, or by Turbo and htmx, which evaluate the
  // scripts of every new body. The first one stays in charge and hears of the new tag.
  if (MauticJS.run) {
    MauticJS.run(ownTag);
    return;
  }

  var CONTACT = 'mtc_id';
  var DEVICE = 'mautic_device_id';
  var QUEUE = 'mtc_queue';
  var OPT_OUT = 'mtc_optout';
  var ADDED = 'eventAddedToMauticQueue';
  var PIXEL = 'img[src*="mtracking.gif"]';
  var TWO_YEARS = 63072000;
  var WEEK = 6e8; // ms; a little less, because the server takes no older ones
  var PATIENCE = 1200; // ms; onload or onerror is due after 1 500
  var HOLD = 1000; // ms; how long the first page view waits for the document and a pixel
  var SETTLE = 200; // ms after a route change, so that the title is the new one

  var base = /^[^?#]*\//.exec(ownTag.src)[0];
  var domain = new URL(base).origin;
  var tracker = base + 'mtc/event';
  var now = Date.now;

  // The capturing phase at the window also sees what happens to the document.
  function on(names, listener) {
    names.split(' ').forEach(function (name) {
      addEventListener(name, listener, true);
    });
  }

  function random(length) {
    return Array.from(crypto.getRandomValues(new Uint8Array(length)), function (byte) {
      return (byte % 16).toString(16);
    }).join('');
  }

  function parse(text) {
    try {
      return JSON.parse(text);
    } catch (error) {
      return text;
    }
  }

  // Calls back soon. An error in a callback of the page is reported and stops nothing of ours.
  function call(callback, argument) {
    Promise.resolve(argument).then(callback);
  }

  // 2 -- Storage and consent ----------------------------------------------------------------------

  var memory = {}; // what localStorage refuses: at least this page stays one visitor

  function read(name) {
    try {
      return memory[name] || localStorage[name];
    } catch (error) {
      // refused
    }
  }

  function write(name, value) {
    try {
      memory[name] = value;
      if (value) localStorage[name] = value;
      else delete localStorage[name];
      memory[name] = 0;
    } catch (error) {
      // memory has it
    }
  }

  // No cookies on the tracker's own site: there the server sets the same ones, and better.
  function remember(name, value, age) {
    write(name, value);
    if (domain != location.origin) MauticJS.setCookie(name, value, age);
  }

  function forget() {
    ['mtc_sid', CONTACT, DEVICE, QUEUE].forEach(function (name) {
      write(name);
      MauticJS.setCookie(name, '', -1);
    });
  }

  // The visitor's browser asks not to be tracked, and this site respects it.
  var objected =
    settings.privacy && (navigator.globalPrivacyControl || navigator.doNotTrack == 1);

  function nameless() {
    return objected || read(OPT_OUT);
  }

  function device() {
    var id = read(DEVICE);
    try {
      id = id || /mautic_device_id=(\w+)/.exec(document.cookie)[1];
    } catch (error) {
      remember(DEVICE, (id = random(23)), TWO_YEARS);
    }
    return id;
  }

  // 3 -- Transport --------------------------------------------------------------------------------

  var leaving;

  function beacon(body) {
    return navigator.sendBeacon && navigator.sendBeacon(tracker, body);
  }

  // Sends `body`, then calls done(error, answer). A fetch that fails is repeated as an
  // image, because only an image tells how it ended; what is sent while the page is being left
  // goes as a beacon. All of them carry the same event id, so the server counts them once.
  function deliver(body, done) {
    function image() {
      var pixel = (MauticJS.trackingPixel = new Image());
      pixel.onload = function () {
        done((MauticJS.CORSRequestsAllowed = false));
      };
      pixel.onerror = done;
      pixel.src = MauticJS.pageTrackingUrl + '?' + body;
    }

    if (leaving && beacon(body)) done(0, {});
    else if (!MauticJS.CORSRequestsAllowed) image();
    else
      fetch(tracker, {
        method: 'POST',
        body: new URLSearchParams(body),
        credentials: objected ? 'omit' : 'include',
        keepalive: true
      }).then(function (response) {
        // 429 and 5xx: the server is there and cannot, so the image could not either.
        if (response.status > 428) done(1);
        else if (response.ok)
          response.text().then(function (text) {
            done(0, parse(text));
          }, image);
        else image();
      }, image);
  }

  // 4 -- Queue ------------------------------------------------------------------------------------

  // The entries, [event id, body, time]; `id` takes one out, `entry` goes to the end.
  function queue(id, entry) {
    var entries = (parse(read(QUEUE)) || []).filter(function (known) {
      return known[0] != id && now() - known[2] < WEEK;
    });
    if (entry) entries.push(entry);
    if (id) write(QUEUE, entries.length && !nameless() && JSON.stringify(entries.slice(-20)));
    return entries;
  }

  var replaying;

  function replay() {
    var entry = queue()[0];
    if (!entry || replaying || nameless()) return;
    replaying = true;
    deliver(entry[1] + '&mtc_age=' + (now() - entry[2]), function (error) {
      replaying = false;
      // One that fails goes to the end, so that it cannot block the others for a week.
      queue(entry[0], error && entry);
      if (!error) replay();
    });
  }

  on('online', replay);

  // 5 -- Page views -------------------------------------------------------------------------------

  var views = []; // of this navigation
  var pending = []; // batches that wait for the gate
  var referrer = document.referrer;
  var opened;
  var latest; // the view whose end is reported

  function extend(target, source) {
    for (var key in source) if (source[key] != null) target[key] = source[key];
    return target;
  }

  function automatic() {
    return {
      page_title: document.title,
      page_language: navigator.language,
      preferred_locale: navigator.language.replace('-', '_'),
      page_referrer: referrer,
      timezone_offset: new Date().getTimezoneOffset(),
      timezone: Intl.DateTimeFormat().resolvedOptions().timeZone,
      resolution: screen.width + 'x' + screen.height,
      platform: MauticJS.getOs(),
      do_not_track: objected || navigator.doNotTrack == 1
    };
  }

  // What the page gave, as it is now: own values only, dates as text, no functions, no cycles.
  function plain(params) {
    try {
      return JSON.parse(JSON.stringify(params)) || {};
    } catch (error) {
      return {};
    }
  }

  // Every call that belongs to the batch hears of its end once, whatever happens later.
  function settle(batch, result) {
    batch._result = batch._result || result;
    if (batch._result)
      batch._calls.splice(0).forEach(function (event) {
        call((event[3] || {})[batch._result], batch._detail);
      });
  }

  function fail(batch) {
    var params = (batch._detail || 0).params;
    if (params)
      queue(params.mtc_event_id, [params.mtc_event_id, MauticJS.serialize(params), batch._time]);
    settle(batch, 'onerror');
  }

  function transmit(batch) {
    var params = extend(automatic(), batch._view._params);
    var detail = (batch._detail = { event: batch._calls[0], params: params });

    latest = batch._view;
    MauticJS.beforeFirstDeliveryMade = true;
    MauticJS.preEventDeliveryQueue.splice(0).forEach(function (callback) {
      call(callback, params);
    });
    // After the callbacks above, which may change the parameters.
    call(function () {
      deliver(
        MauticJS.serialize(MauticJS.appendTrackedContact(params)),
        function (error, response) {
          if (error) return fail(batch);
          queue(params.mtc_event_id);
          if (response) {
            detail.response = response;
            MauticJS.setTrackedContact(response);
            MauticJS.setTrackedEvents(response.events);
          } else {
            detail.image = true;
            MauticJS.getTrackedContact();
          }
          MauticJS.dispatchEvent('mauticPageEventDelivered', detail);
          MauticJS.firstDeliveryMade = true;
          MauticJS.postEventDeliveryQueue.splice(0).forEach(call);
          settle(batch, 'onload');
          replay();
        }
      );
    });
  }

  // The first page view waits until the title is there, until a pixel on the same page has its
  // cookies, and until identity.js beside us has its answer, but never long.
  function flush() {
    connect();
    opened =
      opened ||
      (document.readyState != 'loading' &&
        Array.from(document.querySelectorAll('[data-identity],' + PIXEL)).every(function (tag) {
          return tag.complete;
        }));
    if (read(OPT_OUT)) pending.forEach(fail);
    else if (opened) pending.splice(0).forEach(transmit);
    else setTimeout(flush, 50);
  }

  // A page view that was asked for, by a command (['send', 'pageview', params, options]) or by us.
  // In one navigation, calls for the same address are one page view, unless both name different
  // titles: they share the event id, and new parameters are sent after it.
  function add(event) {
    var given = plain(event[2]);
    var url = given.page_url || location.href;
    var title = given.page_title;
    var view = views.find(function (known) {
      known = known._params;
      return known.page_url == url && (!title || !known.page_title || known.page_title == title);
    });
    var batch;
    var before;

    if (!view) {
      view = {
        _params: {
          page_url: url,
          counter: MauticJS.pageViewCounter++,
          mtc_event_id: MauticJS.guid()
        }
      };
      views.push(view);
    }
    before = JSON.stringify(view._params);
    extend(view._params, given);

    batch = view._batch;
    if (!batch || (batch._detail && before != JSON.stringify(view._params))) {
      batch = view._batch = { _view: view, _calls: [], _time: now() };
      setTimeout(function () {
        if (!batch._result) fail(batch);
      }, PATIENCE);
      pending.push(batch);
      call(flush);
    }
    batch._calls.push(event);
    settle(batch);
  }

  // 6 -- Navigation -------------------------------------------------------------------------------

  var page = address();
  var timer;

  function address() {
    return settings.hash ? location.href : location.href.replace(/#.*/, '');
  }

  // Turbo marks the document as busy until the new page stands there.
  function arrive() {
    clearTimeout(timer);
    timer = setTimeout(function () {
      if (document.querySelector('html[aria-busy=true]')) arrive();
      else if (MauticJS.pageViewCounter) MauticJS.sendPageview();
    }, SETTLE);
  }

  function depart() {
    leave();
    if (read(OPT_OUT)) pending = [];
    views = [];
    latest = engaged = 0;
    arrive();
  }

  // The address has changed without a new document. A replaced query alone is no visit: that is
  // how scripts tidy up addresses.
  function route(replaced) {
    var last = page;
    page = address();
    if (page == last || (replaced == 1 && new URL(last).pathname == location.pathname)) return;
    if (views.length) referrer = last;
    depart();
  }

  ['pushState', 'replaceState'].forEach(function (name, replaced) {
    var original = history[name];
    history[name] = function () {
      var result = original.apply(this, arguments);
      route(replaced);
      return result;
    };
  });

  on('popstate hashchange', route);

  on('pageshow', function (event) {
    leaving = 0;
    if (event.persisted) depart();
  });

  // 7 -- Leaving ----------------------------------------------------------------------------------

  var engaged = 0; // ms during which the page was visible and had the focus
  var since = 0;

  function tick() {
    if (since) engaged += now() - since;
    since = !leaving && !document.hidden && document.hasFocus() && now();
  }

  // Reports the engaged time of the latest view as far as it is not known yet. The page may be
  // looked at again: then the next report says more.
  function leave() {
    tick();
    if (latest && engaged > (latest._left | 0) && !nameless())
      beacon(
        MauticJS.serialize(
          MauticJS.appendTrackedContact({
            mtc_leave: latest._params.mtc_event_id,
            mtc_engaged: (latest._left = engaged)
          })
        )
      );
  }

  on('focus blur', tick);
  on('visibilitychange', leave);
  on('pagehide', function () {
    leaving = opened = 1;
    flush();
    call(leave);
  });

  // 8 -- Commands ---------------------------------------------------------------------------------

  // Takes over the queue of the snippet, whatever the name of its function, once.
  function connect() {
    var input = window[window.MauticTrackingObject] || {};
    var queue = (input.q = input.q || []);
    if (queue.push != [].push) return;
    MauticJS.input = input;
    MauticJS.inputQueue = queue;
    queue.push = function (event) {
      MauticJS.dispatchEvent(ADDED, event);
    };
    MauticJS.getInput('send', 'pageview').forEach(add);
  }

  on(ADDED, function (event) {
    if (MauticJS.ensureEventContext(event, 'send', 'pageview')) add(event.detail);
  });

  // 9 -- MauticJS ---------------------------------------------------------------------------------

  // In the order that compresses best.
  extend(MauticJS, {
    preEventDeliveryQueue: [],

    beforeFirstEventDelivery: function (callback) {
      MauticJS.preEventDeliveryQueue.push(callback);
    },

    iterateCollection: function (collection) {
      return [].forEach.bind(collection);
    },

    sendPageview: function (event) {
      add(event || ['send', 'pageview']);
    },

    // The server's word on the device always counts more than ours.
    setTrackedContact: function (response) {
      if (!response.id || nameless()) return;
      remember(CONTACT, response.id);
      if (response.device_id) remember(DEVICE, response.device_id, TWO_YEARS);
      MauticJS.mtcSet = true;
    },

    inputQueue: [],

    beforeFirstDeliveryMade: false,

    // Called by every copy of this file that is loaded. A prerendered page is nobody's visit yet.
    run: function (tag) {
      if (document.prerendering)
        return on('prerenderingchange', function () {
          MauticJS.run(tag);
        });
      setTimeout(function () {
        opened = 1;
      }, HOLD);
      tick();
      if (nameless()) forget();
      connect();
      // The tag that the server puts into its pages asks for the page view by itself.
      tag = tag.dataset;
      if (tag.contacttrack)
        add(['send', tag.contacttrack, { mtc_page: tag.page, mtc_locale: tag.locale }]);
    },

    getTrackedContact: function () {
      if (!MauticJS.mtcSet)
        MauticJS.makeCORSRequest('GET', MauticJS.contactIdUrl, 0, MauticJS.setTrackedContact);
    },

    // Without an age it lasts for the session: browsers ignore an age that is not a number.
    setCookie: function (name, value, age) {
      try {
        document.cookie =
          name +
          '=' +
          value +
          ';path=/;SameSite=Lax;max-age=' +
          age +
          (location.protocol == 'https:' ? ';Secure' : '');
      } catch (error) {
        // a sandbox without cookies
      }
    },

    makeCORSRequest: function (method, url, data, success, error) {
      var query = new URLSearchParams(MauticJS.serialize(MauticJS.appendTrackedContact(data || {})));
      var get = method == 'GET';
      var request = MauticJS.createCORSRequest(
        method,
        get ? url + (/\?/.test(url) ? '&' : '?') + query : url
      );
      request.onloadend = function () {
        var callback = request.status == 200 ? success : error;
        if (callback) callback(parse(request.responseText), request);
      };
      request.send(query);
    },

    firstDeliveryMade: false,

    contactIdUrl: base + 'mtc',

    guid: function () {
      return [8, 4, 4, 4, 12].map(random).join('-');
    },

    insertStyle: function (url) {
      var link = document.head.appendChild(document.createElement('link'));
      link.rel = 'stylesheet';
      link.href = url;
    },

    insertScript: function (url) {
      document.head.appendChild(document.createElement('script')).src = url;
    },

    ensureEventContext: function (event, task, type) {
      var detail = event.detail || 0;
      return detail[0] == task && detail[1] == type;
    },

    checkForTrackingPixel: function () {
      if (MauticJS.isPixelLoaded(true)) MauticJS.getTrackedContact();
    },

    optOut: function () {
      forget();
      write(OPT_OUT, 1);
    },

    // A page view that was held back by the opt-out is sent now.
    optIn: function () {
      write(OPT_OUT);
      flush();
    },

    createCORSRequest: function (method, url) {
      var request = new XMLHttpRequest();
      request.open(method, url);
      request.withCredentials = true;
      return request;
    },

    pageTrackingCORSUrl: tracker,

    pageTrackingUrl: base + 'mtracking.gif',

    dispatchEvent: function (name, detail) {
      document.dispatchEvent(new CustomEvent(name, { detail: detail }));
    },

    pageViewCounter: 0,

    deliverPageEvent: function (event, params) {
      add(['send', 'pageview', params, event && event[3]]);
    },

    documentReady: function (callback) {
      if (document.readyState == 'loading') on('DOMContentLoaded', callback);
      else call(callback);
    },

    setTrackedEvents: function (events) {
      // An empty list stands for no events.
      for (var any in events) return MauticJS.dispatchEvent('mauticTrackedEvents', events);
    },

    getInput: function (task, type) {
      return MauticJS.inputQueue.filter(function (detail) {
        return detail[0] == task && detail[1] == type;
      });
    },

    getOs: function () {
      var agent = navigator.userAgent;
      return /Win/.test(agent)
        ? 'Windows'
        : /Mac/.test(agent)
          ? 'MacOS'
          : /Linux/.test(agent)
            ? 'Linux'
            : /X11/.test(agent)
              ? 'UNIX'
              : 'Unknown OS';
    },

    mtcSet: false,

    log: console.log,

    isPixelLoaded: function (domOnly) {
      var pixel = document.querySelector(PIXEL) || (!domOnly && MauticJS.trackingPixel);
      return (pixel || 0).naturalWidth > 0;
    },

    appendTrackedContact: function (data) {
      if (!nameless()) data.mautic_device_id = device();
      return data;
    },

    CORSRequestsAllowed: true,

    onFirstEventDelivery: function (callback) {
      if (MauticJS.firstDeliveryMade) callback();
      else MauticJS.postEventDeliveryQueue.push(callback);
    },

    postEventDeliveryQueue: [],

    // Lists become a,b,c and other objects JSON; what is null or undefined is left out.
    serialize: function (values) {
      var query = new URLSearchParams();
      for (var key in values) {
        var value = values[key];
        if (value != null)
          query.append(key, value instanceof Object && !value.map ? JSON.stringify(value) : value);
      }
      return query + '';
    },

    mtcEventSet: false,

    buildTrackingImage: function (event, params) {
      (MauticJS.trackingPixel = new Image()).src =
        MauticJS.pageTrackingUrl + '?' + MauticJS.serialize(params);
    },

    parseTextToJSON: parse
  });

  window.MauticDomain = window.MauticDomain || domain;
  window.MauticLang = window.MauticLang || { submittingMessage: '…' };

  // A copy that another snippet has loaded speaks for the injected tag as well.
  MauticJS.run(document.querySelector('script[data-contacttrack]') || ownTag);
})(window, document, navigator, __OPTIONS__);
